// SPDX-License-Identifier: Apache-2.0
// The command lines of ssh(1), OpenSSH 7.6 or newer. Pure.
#pragma once

#include "exec/ssh/options.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

enum class SshRole { Master, Session };

// `socket`: of the connection that all sessions share. `command`: one line for whatever shell the user has
// over there.
std::vector<std::string> sshCommand(const SshTarget& target, const std::string& socket, SshRole role,
                                    std::string_view command);

// A command that runs `script` in a POSIX shell with these arguments ($1, ...), and that sh, bash, zsh, fish
// and csh all take apart the same way. So neither may have a quote ('), a backslash, a '!' or a newline.
std::string inPosixShell(std::string_view script, const std::vector<std::string>& arguments);

// The sockets' folder is `folder`, or what stands for it when it is too long for the 108 bytes of a socket's
// path: `shortFolder`. ssh adds 17 bytes to it for a moment.
std::string socketPath(const std::string& folder, const std::string& shortFolder, int number);

} // namespace cirque::exec
