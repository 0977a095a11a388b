// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/mounts.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace cirque::exec {

namespace {

// Without "." and ".." and a slash at the end.
std::string normal(std::string_view path) {
    std::string text = std::filesystem::path(path).lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

bool isBelow(std::string_view path, std::string_view folder) {
    return path == folder || folder == "/" ||
           (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

Result<Mount> parseMount(const Json& json, std::string_view key, std::string_view tree) {
    Mount mount;
    if (json.is_string()) {
        mount.source = json.as_string();
    } else if (const JsonObject* object = json.if_object()) {
        mount.source = textAt(*object, "source");
        mount.target = textAt(*object, "target");
        mount.write = flagAt(*object, "write");
    }
    if (mount.source.empty()) {
        return fail(ErrorCode::InvalidPlan, fmt::format("a mount of '{}' has no source", key));
    }
    if (!mount.source.starts_with('/')) {
        mount.source = fmt::format("{}/{}", tree, mount.source);
        mount.tree = tree;
    }
    mount.source = normal(mount.source);
    mount.target = normal(mount.target.empty() ? mount.source : mount.target);
    if (!mount.target.starts_with('/') || mount.target == "/") {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("'{}' of '{}' cannot be mounted at '{}'", mount.source, key, mount.target),
                    "give an absolute path below the root as its target");
    }
    struct stat status{};
    if (::stat(mount.source.c_str(), &status) != 0) {
        Error error = systemError(errno, fmt::format("mount (as '{}' asks for)", key), mount.source);
        if (error.code == ErrorCode::NotFound) {
            error.hint = "make it, correct its path, or leave the mount out";
        }
        return fail(std::move(error));
    }
    return mount;
}

} // namespace

Result<std::vector<Mount>> mountsOf(const JsonObject& options, std::string_view key, std::string_view tree) {
    std::vector<Mount> mounts;
    const Json* given = options.if_contains(key);
    const JsonArray* list = given != nullptr ? given->if_array() : nullptr;
    if (list == nullptr) {
        return mounts;
    }
    for (const Json& json : *list) {
        CIRQUE_TRY_ASSIGN(Mount mount, parseMount(json, key, tree));
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

Result<void> checkTargets(std::span<const Mount> mounts, std::string_view key,
                          std::span<const std::string_view> own) {
    for (const Mount& mount : mounts) {
        for (const std::string_view folder : own) {
            if (isBelow(mount.target, folder) || isBelow(folder, mount.target)) {
                return fail(ErrorCode::InvalidPlan,
                            fmt::format("'{}' may not put something at {}: the job's own files are at {}",
                                        key, mount.target, folder),
                            "give the mount another target");
            }
        }
    }
    return {};
}

namespace {

// What a tree holds is not trusted as the workflow is: a link in it must not choose what is mounted.
Result<void> checkBeneath(const Mount& mount, const std::string& source) {
    std::error_code error;
    const std::string tree = std::filesystem::canonical(mount.tree, error);
    if (error) {
        return fail(systemError(error.value(), "mount", mount.source));
    }
    if (!isBelow(source, tree)) {
        return fail(ErrorCode::Permission,
                    fmt::format("the mount '{}' leads out of the project, to {}", mount.source, source),
                    "if that is what the job needs, name it by its absolute path");
    }
    return {};
}

// The kernel looks at a mount's "read only" for files and folders alone.
Result<void> checkDevice(const Mount& mount, const std::string& source) {
    struct stat status{};
    const bool device = ::stat(source.c_str(), &status) == 0 &&
                        (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) || isBelow(source, "/dev"));
    if (mount.write || !device || source == "/dev/null") {
        return {};
    }
    return fail(ErrorCode::InvalidPlan,
                fmt::format("the mount '{}' is a device, or holds some: these are never only read", source),
                "say 'write = true' if the job may also write to it");
}

} // namespace

Result<void> resolveMounts(std::vector<Mount>& mounts, std::span<const std::string> hidden) {
    for (Mount& mount : mounts) {
        std::error_code error;
        const std::string source = std::filesystem::canonical(mount.source, error);
        if (error) {
            return fail(systemError(error.value(), "mount", mount.source));
        }
        if (!mount.tree.empty()) {
            CIRQUE_TRY(checkBeneath(mount, source));
        }
        CIRQUE_TRY(checkDevice(mount, source));
        for (const std::string& folder : hidden) {
            // one that cannot be looked at becomes the empty path, which lies above all others: refused
            const std::string there = std::filesystem::weakly_canonical(folder, error);
            if (isBelow(source, there) || isBelow(there, source)) {
                return fail(ErrorCode::Permission,
                            fmt::format("the mount '{}' would show {}", mount.source, folder),
                            "mount only the folders that the job needs");
            }
        }
        mount.source = source;
    }
    return {};
}

std::vector<std::string> hiddenFolders(const AgentWorld& world) {
    std::vector<std::string> folders{world.stateDir, "/dev/shm", "/run/user", "/proc"};
    if (!world.privateFolder.empty()) {
        folders.push_back(std::filesystem::path(world.privateFolder).parent_path());
    }
    constexpr std::string_view runtime = "XDG_RUNTIME_DIR=";
    for (const std::string& variable : world.environment) {
        if (variable.starts_with(runtime) && variable.substr(runtime.size()).starts_with('/')) {
            folders.push_back(variable.substr(runtime.size()));
        }
    }
    return folders;
}

} // namespace cirque::exec
