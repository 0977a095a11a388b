// SPDX-License-Identifier: Apache-2.0
// What ssh says, as errors. Pure.
#pragma once

#include "base/error.hh"
#include "exec/ssh/options.hh"

#include <string>
#include <string_view>

namespace cirque::exec {

// On one line, without banners. Empty: it said nothing.
std::string wordsOf(std::string_view said);

// There is no connection, and this is what ssh wrote to its standard error.
Error unreachable(const SshTarget& target, std::string_view said);

// A command over there failed. `what` says which: "make a folder".
Error failedThere(const std::string& host, std::string_view what, std::string_view said);

} // namespace cirque::exec
