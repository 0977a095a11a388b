// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/keeper.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

constexpr std::string_view mark = "\x1e"
                                  "cirque ";

// A process is known by its number, when it began (field 22 of /proc/PID/stat, proc(5)) and the boot, so that
// another one with the same number does not pass for it. Folders lie below the host's name: hosts may share
// a home, and two of them may have one name, so each judges only what a keeper of its own machine-id(5) made.
// The braces make the shell read all of it before `listen` takes the rest of its input. Every line of that
// starts the sleep of `watch` anew; when one is slept to its end, nobody is there.
constexpr std::string_view script = R"sh(
say() { printf '\036cirque %s\n' "$*"; }
began() (
  { read -r line < "/proc/$1/stat"; } 2>/dev/null || exit 0
  set -- ${line##*) }
  shift 19
  echo "$1"
)
lives() (
  [ -e "$1/kept" ] && exit 0
  { read -r pid start boot where < "$1/keeper"; } 2>/dev/null || exit 1
  [ "$where" = "$here" ] || exit 0
  [ "$boot" = "$now" ] && [ -n "$start" ] && [ "$(began "$pid")" = "$start" ]
)
watch() {
  nap=
  trap 'heard=yes; kill $nap' USR1
  trap 'kill $nap; exit' TERM
  heard=yes
  while [ -n "$heard" ]; do
    heard=
    sleep "$silence" &
    nap=$!
    wait "$nap"
  done
  kill -USR2 $$
}
listen() {
  while read -r line; do
    kill -USR1 "$watcher" || break
  done
}
case $work in
  '') work=${XDG_CACHE_HOME:-$HOME/.cache}/cirque ;;
  '~') work=$HOME ;;
  '~/'*) work=$HOME/${work#??} ;;
  /*) ;;
  *) work=$HOME/$work ;;
esac
umask 077
now=none
{ read -r now < /proc/sys/kernel/random/boot_id; } 2>/dev/null
here=
{ read -r here < /etc/machine-id; } 2>/dev/null
case $here in
  '' | uninitialized) here=$(uname -n)/$now/$(readlink /proc/self/ns/pid) ;;
esac
user=$(id -u)
base=$work/ssh/$(uname -n)
for old in "$base"/* "$base"/.new-*; do
  [ -d "$old" ] && [ -e "$old/keeper" ] && { lives "$old" || discard "$old"; }
done
for try in 1 2 3 4 5; do # the keeper of another run may be removing it
  mkdir -p "$base" && mkdir "$base/.new-$name" && break
done 2>/dev/null
[ -d "$base/.new-$name" ] || { mkdir -p "$base" && mkdir "$base/.new-$name"; } || exit 1
echo "$$ $(began $$) $now $here" > "$base/.new-$name/keeper" || { discard "$base/.new-$name"; exit 1; }
mv "$base/.new-$name" "$base/$name" || exit 1
store=
for found in "$(command -v nix-store)" "$HOME/.nix-profile/bin/nix-store" \
  /nix/var/nix/profiles/default/bin/nix-store /run/current-system/sw/bin/nix-store; do
  [ -z "$store" ] && [ -n "$found" ] && [ -x "$found" ] && store=$found
done
say "folder $base/$name"
say "kernel $(uname -s)"
say "machine $(uname -m)"
for root in "$XDG_RUNTIME_DIR" "/run/user/$user"; do
  [ -n "$root" ] && [ -d "$root" ] && [ -w "$root" ] && say "private $root/cirque-agent"
done
say "private /dev/shm/cirque-agent-$user"
[ -z "$store" ] || say "nix $store"
if [ -e /nix/store ]; then top=/nix/store; elif [ -e /nix ]; then top=/nix; else top=/; fi
[ -w "$top" ] && say "store writable"
say ready
trap '' HUP TERM INT PIPE USR1
trap : USR2
exec 3<&0
watch </dev/null >/dev/null 2>&1 3<&- &
watcher=$!
listen <&3 >/dev/null 2>&1 &
listener=$!
wait "$listener"
kill -TERM "$watcher" 2>/dev/null
kill -KILL "$listener" 2>/dev/null
tries=0
if [ -n "$keep" ]; then
  : > "$base/$name/kept"
else
  until discard "$base/$name" || [ "$tries" -ge 30 ]; do
    tries=$((tries + 1))
    sleep 1
  done
fi
rmdir "$base" "$work/ssh" "/dev/shm/cirque-agent-$user" 2>/dev/null
[ -z "$XDG_RUNTIME_DIR" ] || rmdir "$XDG_RUNTIME_DIR/cirque-agent" 2>/dev/null
[ "$tries" -lt 30 ]
exit
}
)sh";

} // namespace

std::string keeperScript(const KeeperTask& task) {
    return fmt::format("work={} name={} keep={} silence={}\n{{\n{}", shellQuote(task.workspaceDir),
                       shellQuote(task.name), task.keep ? "yes" : "''", task.silence, discardInShell) +
           std::string(script);
}

std::optional<HostFacts> parseFacts(std::string_view said) {
    HostFacts facts;
    while (true) {
        const std::size_t found = said.find(mark);
        const std::size_t end = said.find('\n', found);
        if (found == std::string_view::npos || end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view line = said.substr(found + mark.size(), end - found - mark.size());
        said.remove_prefix(end);
        const std::size_t space = std::min(line.find(' '), line.size());
        const std::string_view key = line.substr(0, space);
        const std::string value(line.substr(std::min(space + 1, line.size())));
        if (key == "ready") {
            return facts;
        }
        if (key == "folder") {
            facts.folder = value;
        } else if (key == "kernel") {
            facts.kernel = value;
        } else if (key == "machine") {
            facts.machine = value;
        } else if (key == "private") {
            facts.privateRoots.push_back(value);
        } else if (key == "nix") {
            facts.nixStore = value;
        } else if (key == "store") {
            facts.storeWritable = true;
        }
    }
}

} // namespace cirque::exec
