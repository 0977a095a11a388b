// SPDX-License-Identifier: Apache-2.0
// The options of the executor "ssh". Pure.
#pragma once

#include "base/json.hh"
#include "base/result.hh"

#include <compare>
#include <string>
#include <vector>

namespace cirque::exec {

// One host and how to get there. Equal ones share a connection.
struct SshTarget {
    std::string host; // as ssh takes it
    std::string user = {};
    std::string port = {};
    std::string identityFile = {};
    std::string workspaceDir = {};         // over there; empty: the default
    std::vector<std::string> options = {}; // "Name=value" of ssh_config(5)

    auto operator<=>(const SshTarget&) const = default;
};

// `host` or each of `hosts`. Failure (InvalidPlan): neither, or something that would be an option to ssh.
Result<std::vector<SshTarget>> parseSshOptions(const JsonObject& options);

} // namespace cirque::exec
