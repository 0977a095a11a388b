# greet NAME: says hello.
greet() {
  echo "hello, ${1:-world}"
}
