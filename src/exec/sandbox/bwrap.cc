// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/bwrap.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::exec {

namespace {

class Words {
  public:
    explicit Words(std::string program) : words_{std::move(program)} {}

    void add(std::initializer_list<std::string_view> more) {
        words_.insert(words_.end(), more.begin(), more.end());
    }

    void bind(const SandboxBind& bind) {
        const std::string_view kind = bind.device ? "dev-bind" : bind.write ? "bind" : "ro-bind";
        add({fmt::format("--{}{}", kind, bind.required ? "" : "-try"), bind.source, bind.target});
    }

    std::vector<std::string> take() && { return std::move(words_); }

  private:
    std::vector<std::string> words_;
};

// The agent is the first process of its namespace, so that no signal from inside ends it, and all ends with
// it.
void addNamespaces(Words& words, const SandboxSpec& spec) {
    if (spec.userNamespace) {
        words.add({"--unshare-user"});
    }
    words.add({"--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"});
    if (!spec.network) {
        words.add({"--unshare-net", "--hostname", "sandbox"});
    }
    words.add({"--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--seccomp",
               fmt::to_string(sandboxFilterFd)});
}

// Root without a capability still owns the kernel's settings: bwrap leaves /proc/sys as it is.
void addProc(Words& words) {
    words.add({"--proc", "/proc"});
    constexpr std::array<std::string_view, 8> kernels{"sys", "sysrq-trigger", "irq",  "bus",
                                                      "fs",  "mtrr",          "acpi", "scsi"};
    for (const std::string_view name : kernels) {
        const std::string path = fmt::format("/proc/{}", name);
        words.add({"--ro-bind-try", path, path});
    }
}

void addEnvironment(Words& words, const SandboxSpec& spec) {
    words.add({"--clearenv", "--setenv", "PATH", spec.hostPath, "--setenv", "HOME", sandboxHome, "--setenv",
               "TMPDIR", "/tmp", "--setenv", "SHELL", "/bin/sh"});
    if (!spec.user.empty()) {
        words.add({"--setenv", "USER", spec.user, "--setenv", "LOGNAME", spec.user});
    }
}

} // namespace

std::string sandboxJobFolder(std::string_view name) {
    return fmt::format("/build/jobs/{}", name);
}

std::vector<std::string> bwrapCommand(const SandboxSpec& spec) {
    Words words(spec.bwrap);
    addNamespaces(words, spec);
    addProc(words);
    words.add({"--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm", "--perms", "1777", "--tmpfs",
               "/tmp", "--perms", "0755", "--dir", "/run", "--perms", "0755", "--dir", "/etc"});
    for (const SandboxLink& link : spec.links) {
        words.add({"--symlink", link.text, link.path});
    }
    int fd = sandboxFirstFileFd;
    for (const SandboxFile& file : spec.files) {
        words.add({"--perms", "0644", "--ro-bind-data", fmt::to_string(fd++), file.path});
    }
    for (const SandboxBind& bind : spec.binds) {
        words.bind(bind);
    }
    words.add({"--ro-bind", spec.agent, sandboxAgent, "--ro-bind", spec.leader, sandboxLeader, "--perms",
               "0700", "--tmpfs", sandboxOwn});
    const std::string job = sandboxJobFolder(spec.name);
    if (!spec.folder.empty()) {
        words.add({"--perms", "0755", "--dir", "/build", "--perms", "0755", "--dir", "/build/jobs", "--bind",
                   spec.folder, job});
    }
    // at the end, for mount points can no longer be made then
    words.add({"--remount-ro", "/dev", "--remount-ro", "/"});
    addEnvironment(words, spec);
    words.add(
        {"--chdir", spec.folder.empty() ? std::string_view("/") : std::string_view(job), "--", sandboxAgent});
    return std::move(words).take();
}

} // namespace cirque::exec
