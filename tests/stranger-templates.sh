#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every template of `cirque init` with Debian's own toolchains, on a machine that has none of them: what init says is
# missing is installed, then the sample is run, broken, and mended. The first step that goes otherwise ends it with status 1.
set -eu
cd "$(dirname "$0")"

fail() {
  cat /tmp/said
  echo "STRANGER: $*" >&2
  exit 1
}

# run STATUS TEXT: cirque run in the current folder must end with that and say that.
run() {
  status=0
  cirque run >/tmp/said 2>&1 || status=$?
  [ "$status" = "$1" ] || fail "$template: cirque run ended with $status, not $1"
  grep -qF -- "$2" /tmp/said || fail "$template: cirque run does not say '$2'"
}

apt-get -qq update
apt-get -qq install -y --no-install-recommends ./cirque_*.deb >/tmp/said 2>&1 || fail "the package cannot be installed"

# try TEMPLATE FILE SED-COMMAND REASON
try() {
  template=$1
  cirque init --template "$template" "sample-$template" >/tmp/said 2>&1 || fail "$template: init failed"
  packages=$(sed -n 's/.*on Debian: apt install//p' /tmp/said)
  # shellcheck disable=SC2086 # a list of words
  [ -z "$packages" ] || apt-get -qq install -y --no-install-recommends $packages >/tmp/said 2>&1 ||
    fail "$template: these cannot be installed:$packages"
  cd "sample-$template"
  run 0 "ci succeeded; 3 jobs"
  cp "$2" /tmp/whole
  sed -i "$3" "$2"
  ! cmp -s "$2" /tmp/whole || fail "$template: nothing was broken"
  run 1 "$4"
  cp /tmp/whole "$2"
  run 0 "ci succeeded; 3 jobs"
  cd ..
  echo "$template: green, red for a broken test, green again"
}

try shell greet.sh 's/echo "hello/echo "hallo/' "expected 'hello, world' but got 'hallo, world'"
try flake lib.nix 's/: "hello/: "hallo/' "expected 'hello, world' but got 'hallo, world'"
try python src/hello/__init__.py 's/hello/hallo/' "FAILED (failures=2)"
try node src/greeting.js 's/hello/hallo/' "hallo, "
try cpp src/greeting.cc 's/hello/hallo/' "expected 'hello, world' but got 'hallo, world'"
try go greeting/greeting.go 's/"hello/"hallo/' 'wanted "hello, '
try rust src/lib.rs 's/format!("hello/format!("hallo/' "test result: FAILED"
echo "STRANGER: ok"
