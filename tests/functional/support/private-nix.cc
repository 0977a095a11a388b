// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/private-nix.hh"

#include <filesystem>
#include <fstream>

namespace cirque::test {

void usePrivateNix(Project& project, const std::string& settings) {
    const std::string nix = project.root() + "/nix";
    std::filesystem::create_directories(nix + "/conf");
    std::ofstream(nix + "/conf/nix.conf") << "sandbox = false\nsubstituters =\n" << settings;
    project.set("NIX_CONF_DIR", nix + "/conf");
    project.set("NIX_STORE_DIR", nix + "/store");
    project.set("NIX_STATE_DIR", nix + "/var");
    project.set("NIX_LOG_DIR", nix + "/log");
    for (const char* name : {"NIX_CONFIG", "NIX_PATH", "NIX_REMOTE", "NIX_USER_CONF_FILES"}) {
        project.set(name, std::nullopt);
    }
}

} // namespace cirque::test
