// SPDX-License-Identifier: Apache-2.0
// How a stock Nix program is called: which variables it sees, which options cope with a fresh installation,
// and what its exit means. Never touches the user's Nix configuration.
#pragma once

#include "base/result.hh"
#include "io/process/process.hh"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::nix {

using Variables = std::vector<std::pair<std::string, std::string>>;

// The caller's variables that reach Nix: what it needs to find its programs, store, configuration, network
// and fetcher keys. Everything else stays out, because builtins.getEnv would put it into a plan.
std::vector<std::string> nixEnvironment(const Variables& caller);

// Options for every call: short waits for places that do not answer; as root without the group nixbld and
// without a configuration that says otherwise, builds run without build users. Reads /etc/group and nix.conf;
// blocks shortly.
std::vector<std::string> commonOptions(const Variables& caller);

// Whether this user can neither write the store's database nor reach a daemon, as on a fresh Debian without
// root. Then even reading needs `dummy://` (NIX_REMOTE) in place of the store. Looks at a few paths; blocks
// shortly.
bool isStoreOutOfReach(const Variables& caller);

// The error for a Nix program that could not be started or was ended by a signal.
Error withNixHint(Error error);
Error killedError(std::string_view program, int signal);

// An infrastructure failure that `text` (stderr of a Nix program) tells of: Unreachable, DiskFull or
// Permission; nullopt when it is something else.
std::optional<ErrorCode> infrastructureCode(std::string_view text);

} // namespace cirque::nix
