// SPDX-License-Identifier: Apache-2.0
// What tests that start programs look at: files, and whether something has come about.
#pragma once

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

namespace cirque::test {

// Its bytes; none when it cannot be read, as what /proc says of a process that ends meanwhile.
inline std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf(); // takes note of a failure; an iterator would throw
    return std::move(out).str();
}

// True when `ready` became true within `seconds`.
template <class Ready>
bool poll(int seconds, Ready ready) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!ready()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace cirque::test
