// SPDX-License-Identifier: Apache-2.0
// What this machine is, in Nix's words.
#pragma once

#include <string>
#include <string_view>

namespace cirque {

// "x86_64-linux" of what uname(2) calls the machine and the kernel: "x86_64", "Linux". Pure.
std::string systemName(std::string_view machine, std::string_view kernel);

// Of this machine. Does not fail.
std::string thisSystem();

} // namespace cirque
