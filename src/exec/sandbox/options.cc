// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/options.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::exec {

namespace {

Error wrong(std::string_view option, std::string_view what, std::string hint = {}) {
    return Error{ErrorCode::InvalidPlan,
                 fmt::format("option '{}' of a sandbox {}", option, what),
                 std::move(hint),
                 {}};
}

Result<bool> yesOrNo(std::string_view option, const Json& value) {
    if (!value.is_bool()) {
        return fail(wrong(option, "is neither true nor false"));
    }
    return value.as_bool();
}

// What the sandbox itself puts there, and what nothing may lie over.
bool isOwn(std::string_view target) {
    constexpr std::array<std::string_view, 4> own{"/proc", "/build", "/run/cirque", "/sys"};
    const auto covers = [target](std::string_view path) {
        return target == path || target.starts_with(fmt::format("{}/", path));
    };
    return target == "/" || target == "/dev" || target == "/run" || std::ranges::any_of(own, covers);
}

bool isPlain(std::string_view path) {
    const std::vector<std::string_view> parts = split(path, '/');
    return !path.empty() && !path.contains('\0') &&
           std::ranges::none_of(parts, [](std::string_view part) { return part == ".." || part == "."; });
}

std::string withoutSlashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

Result<std::string> textOf(const JsonObject& mount, std::string_view key) {
    const Json* value = mount.if_contains(key);
    if (value == nullptr) {
        return std::string();
    }
    if (!value->is_string()) {
        return fail(wrong("mounts", fmt::format("has a mount whose '{}' is no path", key)));
    }
    return std::string(value->as_string());
}

Result<SandboxMount> mountOf(const Json& value) {
    SandboxMount mount;
    if (value.is_string()) {
        mount.source = std::string(value.as_string());
    } else if (value.is_object()) {
        CIRQUE_TRY_ASSIGN(mount.source, textOf(value.as_object(), "source"));
        CIRQUE_TRY_ASSIGN(mount.target, textOf(value.as_object(), "target"));
        if (const Json* write = value.as_object().if_contains("write")) {
            CIRQUE_TRY_ASSIGN(mount.write, yesOrNo("mounts.write", *write));
        }
    }
    mount.source = withoutSlashes(std::move(mount.source));
    mount.target = withoutSlashes(mount.target.empty() ? mount.source : std::move(mount.target));
    if (!isPlain(mount.source)) {
        return fail(wrong("mounts", fmt::format("names no folder of this machine: '{}'", mount.source)));
    }
    if (!mount.target.starts_with('/') || !isPlain(mount.target)) {
        return fail(wrong("mounts", fmt::format("has a target that is no absolute path: '{}'", mount.target),
                          "give the mount a target: { source = …; target = \"/…\"; }"));
    }
    if (isOwn(mount.target)) {
        return fail(wrong("mounts", fmt::format("may not put something at {}", mount.target),
                          "give the mount another target"));
    }
    return mount;
}

} // namespace

Result<SandboxOptions> parseSandboxOptions(const JsonObject& options) {
    SandboxOptions out;
    for (const auto& [name, value] : options) {
        if (name == "network") {
            CIRQUE_TRY_ASSIGN(out.network, yesOrNo(name, value));
        } else if (name == "nixDaemon") {
            CIRQUE_TRY_ASSIGN(out.nixDaemon, yesOrNo(name, value));
        } else if (name == "mounts" && value.is_array()) {
            for (const Json& mount : value.as_array()) {
                CIRQUE_TRY_ASSIGN(SandboxMount one, mountOf(mount));
                out.mounts.push_back(std::move(one));
            }
        } else if (name == "mounts") {
            return fail(wrong(name, "is no list"));
        } else if (name != "name") {
            return fail(
                wrong(std::string_view(name), "does not exist", "there are: network, nixDaemon, mounts"));
        }
    }
    return out;
}

} // namespace cirque::exec
