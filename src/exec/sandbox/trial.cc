// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/trial.hh"

#include "base/text.hh"
#include "exec/sandbox/seccomp.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::exec {

namespace {

std::optional<std::string> setting(const std::string& path) {
    auto text = io::readFile("/proc/sys/" + path);
    return text ? std::optional(std::string(trim(*text))) : std::nullopt;
}

// "" when it worked, else what bwrap said.
io::Task<Result<std::string>> attempt(SandboxSpec spec, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(SandboxStart start, startOf(spec));
    CIRQUE_CO_TRY_ASSIGN(const io::Captured ran, co_await io::capture(std::move(start.options), {}, stop));
    if (ran.status.ok()) {
        co_return std::string();
    }
    const std::string said(trim(ran.err));
    co_return said.empty() ? fmt::format("it ended with status {}", ran.status.exit) : said;
}

} // namespace

Result<SandboxStart> startOf(const SandboxSpec& spec) {
    SandboxStart start;
    CIRQUE_TRY_ASSIGN(io::UniqueFd filter, io::fileInMemory(sandboxFilter()));
    start.options.keep.emplace_back(filter.get(), sandboxFilterFd);
    start.files.push_back(std::move(filter));
    int number = sandboxFirstFileFd;
    for (const SandboxFile& file : spec.files) {
        CIRQUE_TRY_ASSIGN(io::UniqueFd fd, io::fileInMemory(file.text));
        start.options.keep.emplace_back(fd.get(), number++);
        start.files.push_back(std::move(fd));
    }
    start.options.argv = bwrapCommand(spec);
    start.options.env = spec.environment;
    return start;
}

std::string sandboxHint(std::string_view said, const NamespaceSettings& settings) {
    if (said.contains("mount proc")) {
        return "this looks like a container that hides parts of /proc; start it with "
               "--security-opt unmask=ALL (podman) or --security-opt systempaths=unconfined (docker), or "
               "with "
               "--privileged";
    }
    if (said.contains("nknown option")) {
        return "this bubblewrap is too old: 0.6 or newer is needed";
    }
    const bool namespaces = said.contains("namespace") || said.contains("uid map") ||
                            said.contains("Operation not permitted") || said.contains("No space left");
    if (!namespaces) {
        return {};
    }
    if (settings.debianClone == "0") {
        return "let users make namespaces: sysctl -w kernel.unprivileged_userns_clone=1";
    }
    if (settings.most == "0") {
        return "let users make namespaces: sysctl -w user.max_user_namespaces=15000";
    }
    if (settings.appArmor == "1") {
        return "let bwrap make namespaces: give it an AppArmor profile with 'userns', or "
               "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
    }
    return "in a container, start that one with --privileged or --security-opt seccomp=unconfined";
}

io::Task<Result<bool>> trySandbox(SandboxSpec spec, SandboxSpec bare, io::StopToken stop) {
    spec.userNamespace = true;
    bare.userNamespace = true;
    CIRQUE_CO_TRY_ASSIGN(std::string said, co_await attempt(spec, stop));
    if (said.empty()) {
        co_return true;
    }
    if (::geteuid() == 0) {
        CIRQUE_CO_TRY_ASSIGN(const std::string plain, co_await attempt(std::move(bare), stop));
        if (plain.empty()) {
            co_return fail(ErrorCode::Process,
                           fmt::format("bubblewrap cannot make the sandbox with its mounts: {}", said),
                           "the root of a sandbox sees no folder that only another user may enter");
        }
        spec.userNamespace = false;
        CIRQUE_CO_TRY_ASSIGN(const std::string without, co_await attempt(spec, stop));
        if (without.empty()) {
            co_return false;
        }
    }
    const NamespaceSettings settings{setting("kernel/unprivileged_userns_clone"),
                                     setting("user/max_user_namespaces"),
                                     setting("kernel/apparmor_restrict_unprivileged_userns")};
    std::string hint = sandboxHint(said, settings);
    co_return fail(ErrorCode::Process, fmt::format("bubblewrap cannot make a sandbox here: {}", said),
                   std::move(hint));
}

} // namespace cirque::exec
