#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A stranger's first five minutes with the Debian package beside this script, on a machine that has never seen Cirque. Every
# step says what it expects; the first one that is not so ends it with status 1.
set -eu
cd "$(dirname "$0")"
unset CIRQUE_STATE_DIR || :

fail() {
  echo "STRANGER: $*" >&2
  exit 1
}

# expect STATUS TEXT COMMAND...: runs it, shows it, and wants that status and that text in what it printed.
expect() {
  wanted=$1
  text=$2
  shift 2
  printf '\n$ %s\n' "$*"
  status=0
  "$@" >/tmp/said 2>&1 || status=$?
  cat /tmp/said
  [ "$status" = "$wanted" ] || fail "'$*' ended with $status, not $wanted"
  grep -qF -- "$text" /tmp/said || fail "'$*' does not say '$text'"
}

echo "== install"
apt-get -qq update
apt-get -qq install -y --no-install-recommends ./cirque_*.deb >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; fail "the package cannot be installed"; }
expect 0 "cirque " cirque --version
expect 0 "cirque can run here: 0 problems" cirque doctor

echo "== a first workflow"
mkdir hello && cd hello
expect 0 "wrote ci.nix" cirque init
expect 0 "ci succeeded; 3 jobs" cirque run

# the same on a terminal, where the run is shown live
expect 0 "ci succeeded" script -qec "stty cols 100 rows 30; TERM=xterm-256color cirque run" /tmp/typescript

echo "== break a test, see why from the terminal alone"
sed -i 's/echo "hello/echo "hallo/' greet.sh
expect 1 "expected 'hello, world' but got 'hallo, world'" script -qec "stty cols 100 rows 30; TERM=xterm-256color cirque run" /tmp/typescript
expect 1 "expected 'hello, world' but got 'hallo, world'" cirque run
run=$(sed -n 's/.*cirque logs \([0-9a-f-]*\) test.*/\1/p' /tmp/said | head -n 1)
[ -n "$run" ] || fail "the screen does not say how to see the log"
expect 0 "expected 'hello, world'" cirque logs "$run" test/unit
expect 0 "failed" cirque show "$run"

echo "== mend it, run again only what failed"
sed -i 's/echo "hallo/echo "hello/' greet.sh
expect 2 "--current-tree" cirque rerun "$run" --failed
expect 0 "[test/unit] greet-test: ok: hello, world" cirque rerun "$run" --failed --current-tree
! grep -qF '[lint/syntax] started' /tmp/said || fail "lint ran again, though it had not failed"

echo "== someone without root, in a git repository"
useradd --create-home ada
apt-get -qq install -y --no-install-recommends man-db bash-completion >/tmp/apt.log 2>&1 || cat /tmp/apt.log
su - ada -c 'cirque doctor' || fail "cirque cannot run for a user without root"
su - ada -c 'mkdir p && cd p && git init -q && cirque init --template shell && cirque run' || fail "no run for a user without root"
su - ada -c 'cirque init --template flake f && cd f && cirque run' || fail "the flake template does not run without root"
expect 0 "cirque-init" man -P cat cirque
# shellcheck disable=SC2016 # for the bash inside
expect 0 "doctor" bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader cirque; COMP_WORDS=(cirque doc); COMP_CWORD=1; _cirque; echo "$COMPREPLY"'

echo "== and gone again"
apt-get -qq remove -y cirque >/dev/null 2>&1
for left in /usr/bin/cirque /usr/libexec/cirque /usr/share/doc/cirque; do
  [ ! -e "$left" ] || fail "the package left $left behind"
done
echo "STRANGER: ok"
