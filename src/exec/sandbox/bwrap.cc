// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/bwrap.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::exec {

std::string sandboxJobFolder(std::string_view name) {
    return fmt::format("/build/jobs/{}", name);
}

std::vector<std::string> bwrapCommand(const SandboxSpec& spec) {
    std::vector<std::string> words{
        "bwrap",         "--unshare-user",       "--unshare-pid",     "--unshare-ipc",
        "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session"};
    const auto add = [&words](std::initializer_list<std::string_view> more) {
        words.insert(words.end(), more.begin(), more.end());
    };
    if (!spec.network) {
        add({"--unshare-net"});
    }
    constexpr std::array<std::string_view, 7> systemFolders{"/usr",   "/bin", "/sbin",     "/lib",
                                                            "/lib64", "/etc", "/nix/store"};
    for (const std::string_view folder : systemFolders) {
        add({"--ro-bind-try", folder, folder});
    }
    const std::string job = sandboxJobFolder(spec.name);
    add({"--proc",     "/proc",     "--dev",     "/dev",        "--tmpfs",      "/tmp",      "--tmpfs",
         "/run",       "--perms",   "0700",      "--tmpfs",     sandboxPrivate, "--ro-bind", spec.agent,
         sandboxAgent, "--ro-bind", spec.leader, sandboxLeader, "--bind",       spec.folder, job});
    add({"--clearenv", "--setenv", "PATH", spec.hostPath, "--setenv", "HOME", "/tmp", "--setenv", "TMPDIR",
         "/tmp"});
    add({"--chdir", job, "--", sandboxAgent});
    return words;
}

} // namespace cirque::exec
