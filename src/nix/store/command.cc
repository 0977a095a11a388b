// SPDX-License-Identifier: Apache-2.0
#include "nix/store/command.hh"

#include "io/process/fd.hh"
#include "nix/store/place.hh"

#include <fmt/format.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace cirque::nix {
namespace {

constexpr std::array<std::string_view, 20> passedNames{
    "PATH",       "HOME",           "USER",          "LOGNAME",      "TMPDIR",
    "LANG",       "LOCALE_ARCHIVE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK",
    "http_proxy", "https_proxy",    "ftp_proxy",     "all_proxy",    "no_proxy",
    "HTTP_PROXY", "HTTPS_PROXY",    "ALL_PROXY",     "NO_PROXY",     "TZDIR"};

constexpr std::array<std::string_view, 5> passedPrefixes{"NIX_", "XDG_", "LC_", "GC_", "GIT_SSH"};

bool isPassed(std::string_view name) {
    return std::ranges::find(passedNames, name) != passedNames.end() ||
           std::ranges::any_of(passedPrefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string valueOf(const Variables& variables, std::string_view name) {
    for (const auto& [key, value] : variables) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

bool namesBuildUsers(const std::string& file) {
    const Result<std::string> text = io::readFile(file, 1u << 20u);
    return text && text->find("build-users-group") != std::string::npos;
}

// Read from the file itself: the C library's look-up would load plugins, which a static program cannot.
bool hasGroup(std::string_view name) {
    const Result<std::string> text = io::readFile("/etc/group", 16u << 20u);
    if (!text) {
        return false;
    }
    const std::string begin = fmt::format("{}:", name);
    return text->starts_with(begin) || text->contains("\n" + begin);
}

// Root with Nix's default group missing: every build would be refused.
bool lacksBuildUsers(const Variables& caller) {
    if (geteuid() != 0 || hasGroup("nixbld")) {
        return false;
    }
    const std::string folder = valueOf(caller, "NIX_CONF_DIR");
    return isOwnStore(valueOf(caller, "NIX_REMOTE")) &&
           valueOf(caller, "NIX_CONFIG").find("build-users-group") == std::string::npos &&
           !namesBuildUsers((folder.empty() ? "/etc/nix" : folder) + "/nix.conf");
}

bool hasAny(std::string_view text, std::initializer_list<std::string_view> phrases) {
    return std::ranges::any_of(phrases, [&](std::string_view phrase) { return text.contains(phrase); });
}

} // namespace

std::vector<std::string> nixEnvironment(const Variables& caller) {
    std::vector<std::string> passed;
    for (const auto& [name, value] : caller) {
        if (isPassed(name)) {
            passed.push_back(name + "=" + value);
        }
    }
    return passed;
}

std::vector<std::string> commonOptions(const Variables& caller) {
    std::vector<std::string> options{"--option", "connect-timeout",   "5",
                                     "--option", "download-attempts", "2"};
    if (lacksBuildUsers(caller)) {
        options.insert(options.end(), {"--option", "build-users-group", ""});
    }
    return options;
}

bool isStoreOutOfReach(const Variables& caller) {
    if (!valueOf(caller, "NIX_REMOTE").empty()) {
        return false;
    }
    const std::string given = valueOf(caller, "NIX_STATE_DIR");
    const std::string state = given.empty() ? "/nix/var/nix" : given;
    return access((state + "/db").c_str(), W_OK) != 0 &&
           access((state + "/daemon-socket/socket").c_str(), W_OK) != 0 && access("/nix/var", W_OK) != 0;
}

Error withNixHint(Error error) {
    if (error.code == ErrorCode::MissingTool) {
        error.hint = "install nix: apt-get install nix-bin, or see https://nixos.org/download";
    }
    return error;
}

Error killedError(std::string_view program, int signal) {
    const char* name = sigabbrev_np(signal);
    return Error{.code = ErrorCode::Process,
                 .message = fmt::format("{} was ended by signal {}{}", program, name != nullptr ? "SIG" : "",
                                        name != nullptr ? name : std::to_string(signal)),
                 .hint = signal == SIGKILL ? "the machine may have run out of memory" : "",
                 .context = {}};
}

std::optional<ErrorCode> infrastructureCode(std::string_view text) {
    if (hasAny(text, {"No space left on device", "Disk quota exceeded", "database or disk is full"})) {
        return ErrorCode::DiskFull;
    }
    if (hasAny(text, {"unable to download", "Could not resolve host", "Couldn't resolve host",
                      "cannot connect to socket", "cannot connect to daemon",
                      "Failed to fetch git repository", "Could not read from remote repository"})) {
        return ErrorCode::Unreachable;
    }
    if (hasAny(text,
               {"opening lock file '/nix/", "creating directory '/nix", "opening file '/nix/var",
                "unable to open database", "attempt to write a readonly database", "is not writable"})) {
        return ErrorCode::Permission;
    }
    return std::nullopt;
}

} // namespace cirque::nix
