// SPDX-License-Identifier: Apache-2.0
#include "agent/server/users.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <unistd.h>

#include <algorithm>

namespace cirque::agent {

std::vector<std::string> variablesOfUser(std::string_view passwd, unsigned uid) {
    constexpr std::size_t fieldCount = 7; // name, password, uid, gid, comment, home, shell
    for (const std::string_view line : split(passwd, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() == fieldCount && fields[2] == std::to_string(uid)) {
            const std::string name(fields[0]);
            return {"USER=" + name, "LOGNAME=" + name, "HOME=" + std::string(fields[5]),
                    "SHELL=" + std::string(fields[6])};
        }
    }
    return {};
}

std::vector<std::string> withOwnUser(std::vector<std::string> environment) {
    const auto passwd = io::readFile("/etc/passwd");
    for (std::string& variable : variablesOfUser(passwd ? *passwd : std::string(), ::geteuid())) {
        const std::string name = variable.substr(0, variable.find('=') + 1);
        const bool known = std::ranges::any_of(
            environment, [&name](const std::string& entry) { return entry.starts_with(name); });
        if (!known && variable.size() > name.size()) {
            environment.push_back(std::move(variable));
        }
    }
    return environment;
}

} // namespace cirque::agent
