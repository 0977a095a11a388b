// SPDX-License-Identifier: Apache-2.0
// The keeper: the one shell script that runs on a host for as long as the connection to it lasts. It makes
// the run's folder there, says what the host is, waits for the end of its input (this run has ended, was
// killed, or the line is cut) or its silence, and removes the folder. It also removes the folders of keepers
// that died without doing so. Pure.
#pragma once

#include "base/result.hh"
#include "base/time.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

struct KeeperTask {
    std::string workspaceDir; // empty: the default
    std::string name;         // of the run's folder: one component, no other connection has it
    bool keep = false;
    int silence = 60; // seconds without a line of input: the line was cut without a word
};

// So often it is sent a line.
inline constexpr Millis keeperBeat{15000};

// For the standard input of a `sh`.
std::string keeperScript(const KeeperTask& task);

// What the keeper says of its host.
struct HostFacts {
    std::string folder;                    // of the run, there now
    std::string kernel;                    // "Linux"
    std::string machine;                   // "x86_64"
    std::vector<std::string> privateRoots; // where a tmpfs may be
    std::string nixStore;                  // path of nix-store there; empty: it has no Nix
    bool storeWritable = false;            // /nix/store, without Nix
};

// Reads what it prints; other text (a greeting of the login shell) is skipped. nullopt: it has not said all
// of it yet.
std::optional<HostFacts> parseFacts(std::string_view said);

// Shell functions. `discard FOLDER` is rm -rf that makes unwritable folders writable; one in which something
// is mounted stays whole, for what lies there is not the job's.
inline constexpr std::string_view discardInShell = R"sh(
mounted() (
  real=$(cd "$1" 2>/dev/null && pwd -P | sed 's/\\/\\134/g; s/ /\\040/g') || exit 1
  while read -r _ _ _ _ point _; do
    case $point in "$real" | "$real"/*) exit 0 ;; esac
  done < /proc/self/mountinfo 2>/dev/null
  exit 1
)
discard() {
  mounted "$1" && return
  rm -rf "$1" 2>/dev/null || { chmod -R u+rwX "$1"; rm -rf "$1"; } 2>/dev/null
}
)sh";

} // namespace cirque::exec
