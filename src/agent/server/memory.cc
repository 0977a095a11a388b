// SPDX-License-Identifier: Apache-2.0
#include "agent/server/memory.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <charconv>
#include <string>
#include <string_view>

namespace cirque::agent {

std::int64_t countMemoryKills() {
    constexpr std::string_view key = "oom_kill ";
    for (const char* path : {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"}) {
        const auto text = io::readFile(path);
        for (const std::string_view line : split(text ? std::string_view(*text) : std::string_view(), '\n')) {
            std::int64_t count = 0;
            if (line.starts_with(key) &&
                std::from_chars(line.data() + key.size(), line.data() + line.size(), count).ec ==
                    std::errc()) {
                return count;
            }
        }
    }
    return 0;
}

} // namespace cirque::agent
