// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/command.hh"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace cirque::exec {

namespace {

// Runs in namespaces of its own. systemd-nspawn's folder below /run is a fresh one, so that nothing stays
// there when it is killed; and it has cgroups of its own, since a booted systemd takes those it finds itself
// in.
constexpr std::string_view prologue = R"(mkdir -p /run/systemd/nspawn || exit 125
mount -t tmpfs -o mode=0755 tmpfs /run/systemd/nspawn || exit 125
while [ "$1" != -- ]; do
  { mkdir -p "$1" && echo 0 >"$1/cgroup.procs"; } 2>/dev/null
  shift
done
shift
exec "$@")";

// Nothing but the second program may hold the standard output: its end is the agent's end. Opening a FIFO
// waits for the other side, which may never come: so each ends with its parent.
constexpr std::string_view relay = R"(setpriv --pdeathsig KILL cat "$1/err" >&2 &
setpriv --pdeathsig KILL cat "$1/out" &
exec >&2
setpriv --pdeathsig KILL cat >"$1/in"
wait)";

// A path as a part of --bind=A:B.
std::string escaped(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == ':' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string bind(const Mount& mount) {
    return fmt::format("{}={}:{}", mount.write ? "--bind" : "--bind-ro", escaped(mount.source),
                       escaped(mount.target));
}

using Words = std::vector<std::string>;

void add(Words& words, std::initializer_list<std::string_view> more) {
    words.insert(words.end(), more.begin(), more.end());
}

void addMachine(Words& words, const NspawnSpec& spec) {
    add(words, {"systemd-nspawn", "--quiet", "--settings=no", "--register=no", "--keep-unit",
                "--volatile=overlay", "--link-journal=no", "--timezone=off"});
    words.push_back("--machine=" + spec.machine);
    words.push_back("--directory=" + spec.root);
    if (spec.network) {
        add(words, {"--resolv-conf=replace-host"});
    } else {
        add(words, {"--resolv-conf=off", "--private-network"});
    }
    words.push_back(bind({spec.agent, std::string(nspawnAgent)}));
    words.push_back(bind({spec.leader, std::string(nspawnLeader)}));
    words.push_back(fmt::format("--tmpfs={}:mode=0700", nspawnPrivate));
    for (const Mount& mount : spec.mounts) {
        words.push_back(bind(mount));
    }
    if (!spec.name.empty()) {
        words.push_back(bind({spec.folder, nspawnJobFolder(spec.name), true}));
    }
    if (!spec.streams.empty()) {
        words.push_back(bind({spec.streams, std::string(nspawnStreams), true}));
    }
}

} // namespace

std::string nspawnJobFolder(std::string_view name) {
    return fmt::format("/build/jobs/{}", name);
}

std::vector<std::string> nspawnCommand(const NspawnSpec& spec) {
    Words words{"setpriv", "--pdeathsig", "KILL"};
    add(words,
        {"unshare", "--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child", "--mount-proc"});
    add(words, {"sh", "-c", prologue, "cirque-nspawn"});
    words.insert(words.end(), spec.cgroups.begin(), spec.cgroups.end());
    words.emplace_back("--");
    addMachine(words, spec);
    if (!spec.boot) {
        add(words, {"--console=pipe", "--as-pid2", "--", nspawnAgent});
    } else if (spec.init.empty()) {
        add(words, {"--console=read-only", "--boot"});
    } else {
        add(words, {"--console=read-only", "--kill-signal=SIGRTMIN+3", "--", spec.init});
    }
    return words;
}

std::vector<std::string> nspawnEnvironment(const NspawnSpec& spec) {
    // Without an init systemd-nspawn's own process is the machine's first one, and what runs inside reads its
    // environment: nothing of the caller's may be in it but the folders of programs.
    std::vector<std::string> environment{"LANG=C.UTF-8"};
    std::ranges::copy_if(spec.environment, std::back_inserter(environment),
                         [](const std::string& entry) { return entry.starts_with("PATH="); });
    // the root is only read: several machines may stand on it, and no lock file is put beside it
    environment.emplace_back("SYSTEMD_NSPAWN_LOCK=0");
    return environment;
}

// nsenter, which would wait for the program, stops when that is stopped, as a systemd that switches off does
// to all processes, and would never see its end. So a shell waits, which is not one of the machine's
// processes but whose children are.
std::vector<std::string> enterCommand(pid_t leader, std::vector<std::string> program) {
    const std::string target = fmt::format("--target={}", leader);
    Words words{"nsenter", target, "--pid", "--no-fork", "--"};
    add(words, {"sh", "-c", R"("$@"; exit $?)", "cirque-enter"});
    // the root is not the namespace's when cirque is in a chroot
    add(words, {"nsenter", target, "--mount", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd", "--"});
    words.insert(words.end(), program.begin(), program.end());
    return words;
}

std::vector<std::string> insideEnvironment() {
    return {"PATH=/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "USER=root",
            "LOGNAME=root",
            "SHELL=/bin/sh",
            "container=systemd-nspawn"};
}

std::vector<std::string> serviceCommand() {
    Words words{"systemd-run"};
    add(words, {"--quiet", "--no-block", "--collect", "--unit=cirque-agent", "--service-type=simple"});
    // the agent is the first to die when the machine goes down: it must not tell the death of a step
    add(words, {"-p", "KillMode=mixed", "-p", "KillSignal=SIGKILL", "-p", "IgnoreOnIsolate=yes"});
    // a step is no part of a service that fails as one
    add(words, {"-p", "OOMPolicy=continue", "-p", "TasksMax=infinity", "-p", "IgnoreSIGPIPE=no"});
    words.push_back(fmt::format("--property=StandardInput=file:{}/in", nspawnStreams));
    words.push_back(fmt::format("--property=StandardOutput=file:{}/out", nspawnStreams));
    words.push_back(fmt::format("--property=StandardError=file:{}/err", nspawnStreams));
    for (const std::string& entry : insideEnvironment()) {
        words.push_back("--setenv=" + entry);
    }
    add(words, {"--", nspawnAgent});
    return words;
}

std::vector<std::string> relayCommand(const std::string& streams) {
    return {"sh", "-c", std::string(relay), "cirque-nspawn", streams};
}

} // namespace cirque::exec
