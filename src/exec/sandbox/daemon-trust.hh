// SPDX-License-Identifier: Apache-2.0
// Whom the Nix daemon trusts. Such a user may tell it to build without its sandbox, or to run a program after
// each build: a step that reaches its socket would be root outside of Cirque's sandbox.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// Whether `settings`, as `nix show-config` prints them, trust a user with these names and groups, each
// separated by white space. Pure.
bool trustsUser(std::string_view settings, std::string_view user, std::string_view groups);

// Failure: the daemon trusts whoever runs this program (Permission), root always; or that cannot be told.
// `environment`: the caller's, "K=V".
io::Task<Result<void>> expectUntrusted(std::vector<std::string> environment, io::StopToken stop);

} // namespace cirque::exec
