// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/own-nix.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::conformance {

void useOwnNix(test::Project& project) {
    project.write("../nix-conf/nix.conf", "build-users-group =\nsandbox = false\nsubstituters =\n");
    project.set("NIX_CONF_DIR", project.root() + "/nix-conf");
    for (const char* name : {"NIX_CONFIG", "NIX_PATH", "NIX_REMOTE", "NIX_USER_CONF_FILES", "NIX_STORE_DIR",
                             "NIX_STATE_DIR", "NIX_LOG_DIR"}) {
        project.set(name, std::nullopt);
    }
}

test::Running startInOwnNix(const test::Project& project, const std::vector<std::string>& words) {
    std::string script = fmt::format(
        "exec unshare {} --mount --propagation private sh -c 'mkdir -p /nix {}/nix && mount --bind "
        "{}/nix /nix && exec \"$@\"' sh {}",
        geteuid() == 0 ? "" : "--map-root-user", project.root(), project.root(), CIRQUE_PROGRAM);
    for (const std::string& word : words) {
        script += " " + shellQuote(word);
    }
    return project.startShell(script);
}

} // namespace cirque::conformance
