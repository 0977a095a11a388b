// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/errors.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::exec {

namespace {

struct Known {
    std::string_view words;
    std::string_view hint; // {host}, {there} (as ssh takes it), {remove} (a command)
};

constexpr std::array<Known, 6> known{{
    {"HOST IDENTIFICATION HAS CHANGED",
     "somebody may stand between; if the host was set up anew, remove its old key: {remove}"},
    {"Host key verification failed", "log in once by hand and compare the host's key: ssh {there}"},
    {"Permission denied", "ssh must get in without asking: name a key by identityFile, or load it into "
                          "ssh-agent; try: ssh -o BatchMode=yes {there} true"},
    {"Could not resolve hostname", "check the host's name, or name it in ~/.ssh/config"},
    {"Connection refused", "start an ssh server on {host}, or name its port"},
    {"command-line: line", "correct `options` of the executor; see ssh_config(5)"},
}};

// What a person types after `ssh` to get to the same place.
std::string destination(const SshTarget& target) {
    std::string words = target.port.empty() ? "" : fmt::format("-p {} ", target.port);
    words += target.identityFile.empty() ? "" : fmt::format("-i {} ", target.identityFile);
    return words + (target.user.empty() ? "" : target.user + "@") + target.host;
}

// ssh knows by which name and in which file it found the old key.
std::string keyRemoval(std::string_view said, const std::string& host) {
    constexpr std::string_view command = "ssh-keygen -f ";
    for (const std::string_view line : split(said, '\n')) {
        if (trim(line).starts_with(command)) {
            return keepOnlyColours(std::string(trim(line)));
        }
    }
    return fmt::format("ssh-keygen -R {}", host);
}

} // namespace

std::string wordsOf(std::string_view said) {
    constexpr std::size_t longest = 600;
    std::string out;
    for (std::string_view line : split(said, '\n')) {
        line = trim(line);
        if (line.empty() || line.starts_with("@@") || line.starts_with("** ")) {
            continue;
        }
        if (line.starts_with('@') && line.ends_with('@')) {
            line = trim(line.substr(1, line.size() - 2));
        }
        out += out.empty() ? "" : "; ";
        out += line;
    }
    return ellipsize(keepOnlyColours(out), longest);
}

Error unreachable(const SshTarget& target, std::string_view said) {
    const std::string& host = target.host;
    const std::string words = wordsOf(said);
    Error error{ErrorCode::Unreachable,
                fmt::format("{} cannot be reached by ssh: {}", host,
                            words.empty() ? std::string("the connection ended") : words),
                fmt::format("try it by hand: ssh -o BatchMode=yes {} true", destination(target)),
                {}};
    for (const Known& one : known) {
        if (said.find(one.words) != std::string_view::npos) {
            error.hint = fmt::format(fmt::runtime(one.hint), fmt::arg("host", host),
                                     fmt::arg("there", destination(target)),
                                     fmt::arg("remove", keyRemoval(said, host)));
            break;
        }
    }
    return error;
}

Error failedThere(const std::string& host, std::string_view what, std::string_view said) {
    const std::string words = wordsOf(said);
    Error error{ErrorCode::Io,
                fmt::format("cannot {} on {}: {}", what, host,
                            words.empty() ? std::string("it failed without a word") : words),
                {},
                {}};
    if (said.find("No space left") != std::string_view::npos ||
        said.find("Disk quota exceeded") != std::string_view::npos) {
        error.code = ErrorCode::DiskFull;
        error.hint = fmt::format("make room on {}, or name another folder by workspaceDir", host);
    } else if (said.find("Permission denied") != std::string_view::npos ||
               said.find("Read-only file system") != std::string_view::npos) {
        error.code = ErrorCode::Permission;
        error.hint = "name a folder where you may write and execute by workspaceDir";
    }
    return error;
}

} // namespace cirque::exec
