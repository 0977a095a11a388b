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

namespace {

Result<std::string> findHelper(std::string_view name, const char* hint) {
    CIRQUE_TRY_ASSIGN(const std::string self, findSelf());
    const std::string folder = self.substr(0, self.rfind('/'));
    for (const char* place : {"", "/../libexec/cirque"}) {
        std::string path = fmt::format("{}{}/{}", folder, place, name);
        if (access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return fail(ErrorCode::MissingTool,
                fmt::format("{} is neither in {} nor in {}/../libexec/cirque", name, folder, folder), hint);
}

} // namespace

Result<std::string> findLeader() {
    return findHelper("cirque-leader", "install Cirque completely: every step runs under this small program");
}

Result<std::string> findAgent() {
    return findHelper("cirque-agent",
                      "install Cirque completely: places other than 'local' run this program");
}

} // namespace cirque::app
