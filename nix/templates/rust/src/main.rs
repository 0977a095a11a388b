fn main() {
    println!("{}", hello::greeting(&std::env::args().nth(1).unwrap_or_default()));
}
