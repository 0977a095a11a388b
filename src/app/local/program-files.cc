// SPDX-License-Identifier: Apache-2.0
#include "app/local/program-files.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace cirque::app {

Result<std::string> findSelf() {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t length = readlink("/proc/self/exe", buffer.data(), buffer.size());
    if (length < 0) {
        return fail(systemError(errno, "find", "the running program (/proc/self/exe)"));
    }
    return std::string(buffer.data(), static_cast<std::size_t>(length));
}

Result<std::string> findLeader() {
    CIRQUE_TRY_ASSIGN(const std::string self, findSelf());
    const std::string folder = self.substr(0, self.rfind('/'));
    for (const char* place : {"/cirque-leader", "/../libexec/cirque/cirque-leader"}) {
        std::string path = folder + place;
        if (access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return fail(ErrorCode::MissingTool,
                fmt::format("cirque-leader is neither in {} nor in {}/../libexec/cirque", folder, folder),
                "install Cirque completely: every step runs under this small program");
}

} // namespace cirque::app
