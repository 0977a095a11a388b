# What this flake offers to others as its `lib`.
{
  greeting = name: "hello, ${if name == "" then "world" else name}";
}
