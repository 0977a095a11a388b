// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/command.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

// ssh expands %h and the like in it.
std::string withoutTokens(std::string_view path) {
    std::string out;
    for (const char one : path) {
        out += one;
        out += one == '%' ? "%" : "";
    }
    return out;
}

std::string quoted(std::string_view word) {
    return fmt::format("'{}'", word);
}

} // namespace

std::vector<std::string> sshCommand(const SshTarget& target, const std::string& socket, SshRole role,
                                    std::string_view command) {
    std::vector<std::string> words{"ssh", "-T", "-a", "-x", "-S", withoutTokens(socket)};
    const auto option = [&words](std::string_view text) {
        words.emplace_back("-o");
        words.emplace_back(text);
    };
    // the first mention of an option counts: these are not anybody's choice
    option(role == SshRole::Master ? "ControlMaster=yes" : "ControlMaster=no");
    option("ControlPersist=no");
    option("BatchMode=yes");
    option("RemoteCommand=none");
    option("PermitLocalCommand=no");
    option("ClearAllForwardings=yes");
    for (const std::string& own : target.options) {
        option(own);
    }
    option("ServerAliveInterval=5");
    option("ServerAliveCountMax=3");
    option("ConnectTimeout=15");
    if (!target.user.empty()) {
        words.insert(words.end(), {"-l", target.user});
    }
    if (!target.port.empty()) {
        words.insert(words.end(), {"-p", target.port});
    }
    if (!target.identityFile.empty()) {
        words.insert(words.end(), {"-i", target.identityFile});
    }
    words.emplace_back("--");
    words.push_back(target.host);
    words.emplace_back(command);
    return words;
}

std::string inPosixShell(std::string_view script, const std::vector<std::string>& arguments) {
    std::string line = fmt::format("sh -c {} cirque", quoted(script));
    for (const std::string& argument : arguments) {
        line += ' ' + quoted(argument);
    }
    return line;
}

std::string socketPath(const std::string& folder, const std::string& shortFolder, int number) {
    constexpr std::size_t longest = 108 - 1 - 17;
    const std::string name = fmt::format("/ssh-{}", number);
    return folder.size() + name.size() <= longest ? folder + name : shortFolder + name;
}

} // namespace cirque::exec
