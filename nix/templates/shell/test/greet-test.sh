# Fails, and says why, when greet.sh does not do what it promises.
. ./greet.sh

expect() {
  if [ "$1" != "$2" ]; then
    echo "greet-test: expected '$2' but got '$1'" >&2
    exit 1
  fi
  echo "greet-test: ok: $2"
}

expect "$(greet)" "hello, world"
expect "$(greet Ada)" "hello, Ada"
