// SPDX-License-Identifier: Apache-2.0
// The Nix program: which one, and whether it evaluates, with and without flakes.
#include "base/text.hh"
#include "doctor/attempt.hh"
#include "doctor/checks.hh"
#include "nix/store/command.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::doctor {
namespace {

constexpr const char* installNix = "Debian: apt install nix-bin; elsewhere: https://nixos.org/download";

std::string findOnPath(std::string_view program, std::string_view path) {
    for (const std::string_view folder : split(path, ':')) {
        std::string candidate = fmt::format("{}/{}", folder, program);
        if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return {};
}

// What reads nothing from the store needs none.
std::vector<std::string> storelessEnvironment(const Machine& machine) {
    std::vector<std::string> out = nix::nixEnvironment(machine.environment.variables());
    if (nix::isStoreOutOfReach(machine.environment.variables())) {
        out.emplace_back("NIX_REMOTE=dummy://");
    }
    return out;
}

} // namespace

io::Task<Findings> checkNix(const Machine* machine, io::StopToken stop) {
    std::vector<std::string> argv{"nix-instantiate", "--version"};
    std::vector<std::string> env = nix::nixEnvironment(machine->environment.variables());
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::move(env), std::move(stop));
    Findings out;
    if (!tried || !tried->status.ok()) {
        out.push_back({"nix", Health::Problem, whyFailed(tried), "workflows are written in Nix", installNix});
        co_return out;
    }
    const std::string program = findOnPath("nix-instantiate", machine->environment.get("PATH"));
    out.push_back({"nix", Health::Ok, fmt::format("{} at {}", firstLine(*tried), program), "", ""});
    co_return out;
}

io::Task<Findings> checkEvaluation(const Machine* machine, io::StopToken stop) {
    std::vector<std::string> argv{"nix-instantiate"};
    for (const std::string& option : nix::commonOptions(machine->environment.variables())) {
        argv.push_back(option);
    }
    argv.insert(argv.end(), {"--eval", "--strict", "--json", "--expr", "builtins.length [ 1 2 3 ]"});
    const Result<io::Captured> tried =
        co_await attempt(std::move(argv), storelessEnvironment(*machine), std::move(stop));
    Findings out;
    if (tried && tried->status.ok() && trim(tried->out) == "3") {
        out.push_back({"evaluation", Health::Ok, "Nix evaluates", "", ""});
    } else {
        out.push_back({"evaluation", Health::Problem, whyFailed(tried), "no workflow can be read",
                       "see what Nix says, and the finding 'nix store'"});
    }
    co_return out;
}

io::Task<Findings> checkFlakes(const Machine* machine, io::StopToken stop) {
    std::vector<std::string> argv{"nix",         "--extra-experimental-features",
                                  "nix-command", "--extra-experimental-features",
                                  "flakes",      "eval",
                                  "--store",     "dummy://",
                                  "--expr",      "builtins ? getFlake"};
    const Result<io::Captured> tried =
        co_await attempt(std::move(argv), storelessEnvironment(*machine), std::move(stop));
    Findings out;
    if (tried && tried->status.ok() && trim(tried->out) == "true") {
        out.push_back(
            {"flakes", Health::Ok, "enabled by Cirque's own options, whatever nix.conf says", "", ""});
    } else {
        out.push_back({"flakes", Health::Warning, whyFailed(tried),
                       "flakes cannot be targets; workflow files can", installNix});
    }
    co_return out;
}

} // namespace cirque::doctor
