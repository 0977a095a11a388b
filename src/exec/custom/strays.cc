// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/strays.hh"

#include "base/time.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>

namespace cirque::exec {

namespace {

constexpr Millis pause{20};
constexpr int rounds = 150;

// How many there were. Those of other users cannot be looked at, and are none of a script's.
int killScripts(const std::string& place) {
    const std::string wanted = '\0' + ("CIRQUE_PLACE=" + place) + '\0';
    int found = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename();
        pid_t pid = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || pid == ::getpid()) {
            continue;
        }
        const auto environment = io::readFile("/proc/" + name + "/environ");
        if (environment && ('\0' + *environment).find(wanted) != std::string::npos) {
            ++found;
            (void)::kill(pid, SIGKILL); // the next round sees whether it went
        }
    }
    return found;
}

} // namespace

io::Task<bool> endScripts(std::string place, io::StopToken stop) {
    for (int round = 0; round < rounds; ++round) {
        if (killScripts(place) == 0) {
            co_return true;
        }
        if (!co_await io::sleepFor(pause, stop)) {
            break;
        }
    }
    co_return false;
}

} // namespace cirque::exec
