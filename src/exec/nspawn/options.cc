// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/options.hh"

#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

namespace cirque::exec {

namespace {

// Whether one of the paths exists when `root` is the root: its absolute links must not lead to this machine's
// files.
bool hasOneOf(int root, std::span<const std::string_view> paths) {
    for (const std::string_view path : paths) {
        open_how how{};
        how.flags = O_PATH | O_CLOEXEC;
        how.resolve = RESOLVE_IN_ROOT;
        const std::string name(path);
        const io::UniqueFd found(
            static_cast<int>(::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how)));
        if (found) {
            return true;
        }
    }
    return false;
}

constexpr std::array<std::string_view, 3> shells{"usr/bin/bash", "bin/bash",
                                                 "run/current-system/sw/bin/bash"};
constexpr std::array<std::string_view, 2> inits{"usr/lib/systemd/systemd", "lib/systemd/systemd"};
constexpr std::array<std::string_view, 1> systemShells{"sw/bin/bash"};
constexpr std::array<std::string_view, 1> systemInits{"init"};

struct Needs {
    std::span<const std::string_view> shells;
    std::span<const std::string_view> inits;
    std::string hint;
};

Result<void> checkFolder(const std::string& path, const Needs& needs) {
    const io::UniqueFd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) {
        Error error = systemError(errno, "use as the root of a machine", path);
        error.hint = needs.hint;
        return fail(std::move(error));
    }
    if (!hasOneOf(root.get(), needs.shells)) {
        return fail(ErrorCode::NotFound, fmt::format("there is no bash in {}", path), needs.hint);
    }
    if (!needs.inits.empty() && !hasOneOf(root.get(), needs.inits)) {
        return fail(ErrorCode::NotFound,
                    fmt::format("there is no systemd in {}, which is to be booted", path),
                    "install systemd in it, or leave out boot = true");
    }
    return {};
}

} // namespace

Result<NspawnOptions> nspawnOptions(const plan::Job& job, std::string_view tree) {
    const JsonObject& json = job.executor.options;
    NspawnOptions options;
    options.rootfs = textAt(json, "rootfs");
    options.system = textAt(json, "system");
    options.boot = flagAt(json, "boot") || !options.system.empty();
    options.network = flagAt(json, "network");
    if (const Json* boot = json.if_contains("boot");
        !options.system.empty() && boot != nullptr && *boot == Json(false)) {
        return fail(ErrorCode::InvalidPlan,
                    "a 'system' of an nspawn place is always booted, and 'boot' is false",
                    "leave 'boot' out, or name a 'rootfs'");
    }
    if (options.rootfs.empty() == options.system.empty()) {
        return fail(ErrorCode::InvalidPlan, "an nspawn place needs either 'rootfs' or 'system'",
                    R"(for example executor = executors.nspawn { rootfs = "/srv/debian"; })");
    }
    if (!options.rootfs.empty() && !options.rootfs.starts_with('/')) {
        options.rootfs = fmt::format("{}/{}", tree, options.rootfs);
    }
    CIRQUE_TRY_ASSIGN(options.mounts, mountsOf(json, "extraMounts", tree));
    constexpr std::array<std::string_view, 2> own{"/build/jobs", "/run/cirque"};
    CIRQUE_TRY(checkTargets(options.mounts, "extraMounts", own));
    return options;
}

Result<void> checkRoot(const NspawnOptions& options) {
    if (!options.system.empty()) {
        return checkFolder(
            options.system,
            {systemShells, systemInits, "'system' is the toplevel of a NixOS configuration; build it first"});
    }
    const std::span<const std::string_view> none;
    return checkFolder(
        options.rootfs,
        {shells, options.boot ? std::span<const std::string_view>(inits) : none,
         "'rootfs' is a folder with a root file system, as mmdebstrap or debootstrap makes one; with bash"});
}

} // namespace cirque::exec
