pub fn greeting(name: &str) -> String {
    let whom = if name.is_empty() { "world" } else { name };
    format!("hello, {whom}")
}

#[cfg(test)]
mod tests {
    use super::greeting;

    #[test]
    fn greets_the_world() {
        assert_eq!(greeting(""), "hello, world");
    }

    #[test]
    fn greets_a_person() {
        assert_eq!(greeting("Ada"), "hello, Ada");
    }
}
