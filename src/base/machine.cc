// SPDX-License-Identifier: Apache-2.0
#include "base/machine.hh"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <algorithm>

namespace cirque {

std::string systemName(std::string_view machine, std::string_view kernel) {
    std::string lower(kernel);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return fmt::format("{}-{}", machine == "arm64" ? "aarch64" : machine, lower);
}

std::string thisSystem() {
    utsname name{};
    (void)uname(&name); // it fails for a bad address alone
    return systemName(name.machine, name.sysname);
}

} // namespace cirque
