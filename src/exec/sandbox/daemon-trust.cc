// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/daemon-trust.hh"

#include "base/text.hh"
#include "io/process/process.hh"
#include "nix/store/query.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace cirque::exec {

namespace {

std::vector<std::string_view> wordsOf(std::string_view text) {
    std::vector<std::string_view> words;
    constexpr std::string_view blanks = " \t\n";
    for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos;
         at = text.find_first_not_of(blanks, at)) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string valueOf(std::string_view settings, std::string_view name) {
    for (const std::string_view line : split(settings, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos && trim(line.substr(0, equals)) == name) {
            return std::string(line.substr(equals + 1));
        }
    }
    return {};
}

// The machine's own settings: those of the caller do not hold for the daemon.
nix::Variables ofMachine(const std::vector<std::string>& environment, bool callersFolder) {
    nix::Variables out;
    for (const std::string& entry : environment) {
        const std::size_t equals = entry.find('=');
        const std::string name = entry.substr(0, equals);
        if (name != "NIX_CONFIG" && name != "NIX_USER_CONF_FILES" &&
            (callersFolder || name != "NIX_CONF_DIR")) {
            out.emplace_back(name, entry.substr(std::min(equals, entry.size() - 1) + 1));
        }
    }
    out.emplace_back("NIX_USER_CONF_FILES", "");
    return out;
}

// id(1) knows users of every kind. One without a name is nobody that a setting could name.
io::Task<Result<std::string>> namesOf(std::string what, std::vector<std::string> environment,
                                      io::StopToken stop) {
    io::SpawnOptions options;
    options.argv = {"id", "-n", std::move(what)};
    options.env = std::move(environment);
    CIRQUE_CO_TRY_ASSIGN(const io::Captured ran,
                         co_await io::capture(std::move(options), {}, std::move(stop)));
    co_return ran.out;
}

Error trusted(std::string_view user) {
    return Error{
        ErrorCode::Permission,
        fmt::format("the Nix daemon trusts {}: through its socket a step could leave the sandbox", user),
        "leave out nixDaemon, or run cirque as a user that is not among the daemon's trusted-users",
        {}};
}

} // namespace

bool trustsUser(std::string_view settings, std::string_view user, std::string_view groups) {
    const std::string listed = valueOf(settings, "trusted-users");
    const std::vector<std::string_view> its = wordsOf(groups);
    return std::ranges::any_of(wordsOf(listed), [&](std::string_view one) {
        return one == "*" || one == trim(user) ||
               (one.starts_with('@') && std::ranges::find(its, one.substr(1)) != its.end());
    });
}

io::Task<Result<void>> expectUntrusted(std::vector<std::string> environment, io::StopToken stop) {
    if (::geteuid() == 0) {
        co_return fail(trusted("root"));
    }
    CIRQUE_CO_TRY_ASSIGN(const std::string user, co_await namesOf("-u", environment, stop));
    CIRQUE_CO_TRY_ASSIGN(const std::string groups, co_await namesOf("-G", environment, stop));
    for (const bool callersFolder : {false, true}) {
        std::vector<std::string> argv{"nix", "--extra-experimental-features", "nix-command", "show-config"};
        nix::Variables variables = ofMachine(environment, callersFolder);
        CIRQUE_CO_TRY_ASSIGN(const std::string settings,
                             co_await nix::ask(std::move(variables), std::move(argv),
                                               "cannot tell whom the Nix daemon trusts", stop));
        if (trustsUser(settings, user, groups)) {
            co_return fail(trusted(fmt::format("'{}'", trim(user))));
        }
    }
    co_return Result<void>();
}

} // namespace cirque::exec
