// SPDX-License-Identifier: Apache-2.0
// bash and git: what every run needs besides Nix, and the leader beside the program.
#include "base/text.hh"
#include "doctor/attempt.hh"
#include "doctor/checks.hh"

#include <fmt/format.h>

#include <filesystem>

namespace cirque::doctor {

io::Task<Findings> checkBash(const Machine* /*machine*/, io::StopToken stop) {
    std::vector<std::string> argv{"bash", "-c", "echo \"bash $BASH_VERSION\""};
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::nullopt, std::move(stop));
    Findings out;
    if (tried && tried->status.ok()) {
        out.push_back({"bash", Health::Ok, firstLine(*tried), "", ""});
    } else {
        out.push_back({"bash", Health::Problem, whyFailed(tried), "every step that is a script runs in bash",
                       "Debian: apt install bash"});
    }
    co_return out;
}

io::Task<Findings> checkGit(const Machine* /*machine*/, io::StopToken stop) {
    std::vector<std::string> argv{"git", "--version"};
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::nullopt, std::move(stop));
    Findings out;
    if (tried && tried->status.ok()) {
        out.push_back({"git", Health::Ok, firstLine(*tried), "", ""});
    } else {
        out.push_back({"git", Health::Problem, whyFailed(tried),
                       "a run cannot take its snapshot of a git tree, and jobs get no working .git",
                       "Debian: apt install git"});
    }
    co_return out;
}

Findings checkLeader(const Machine& machine) {
    if (machine.leader) {
        const std::string path = std::filesystem::path(*machine.leader).lexically_normal().string();
        return {{"leader", Health::Ok, path, "", ""}};
    }
    return {{"leader", Health::Problem, machine.leader.error().message,
             "every step runs under this small program",
             "install Cirque completely: bin/cirque and libexec/cirque/cirque-leader belong together"}};
}

} // namespace cirque::doctor
