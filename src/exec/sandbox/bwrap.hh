// SPDX-License-Identifier: Apache-2.0
// The bubblewrap command line of one sandbox (bwrap(1), 0.6 or newer). Pure: what the machine has of these
// paths is said by host.hh.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// Paths inside. All of Cirque's own lies on memory that goes away with the sandbox.
inline constexpr std::string_view sandboxAgent = "/run/cirque/bin/cirque-agent";
inline constexpr std::string_view sandboxLeader = "/run/cirque/bin/cirque-leader";
inline constexpr std::string_view sandboxOwn = "/run/cirque/own";
inline constexpr std::string_view sandboxTools = "/run/cirque/own/tools";
inline constexpr std::string_view sandboxPrivate = "/run/cirque/own/private";
inline constexpr std::string_view sandboxHome = "/tmp";

// Descriptors that bwrap reads.
inline constexpr int sandboxFilterFd = 3;
inline constexpr int sandboxFirstFileFd = 4; // files[0]; the next has the next number

struct SandboxBind {
    std::string source; // on this machine; when it is not there, nothing is mounted
    std::string target;
    bool write = false;
    bool device = false;   // may be a device
    bool required = false; // its absence is an error

    bool operator==(const SandboxBind&) const = default;
};

struct SandboxLink {
    std::string text; // what the link says
    std::string path;
};

struct SandboxFile {
    std::string text;
    std::string path;
};

struct SandboxSpec {
    std::string bwrap = "bwrap"; // its path
    std::string name;            // of the job's folder, one component
    std::string folder;          // the job's folder on this machine; empty: none (a trial)
    std::string agent;           // programs on this machine
    std::string leader;
    std::string hostPath;                 // PATH inside
    std::string user;                     // USER inside; may be empty
    bool network = false;                 // whether it shares this machine's network
    bool userNamespace = true;            // one of its own
    std::vector<SandboxBind> binds;       // in this order
    std::vector<SandboxLink> links;       //
    std::vector<SandboxFile> files;       // that exist only inside
    std::vector<std::string> environment; // of bwrap itself, "K=V"
};

std::string sandboxJobFolder(std::string_view name);

std::vector<std::string> bwrapCommand(const SandboxSpec& spec);

} // namespace cirque::exec
