// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/options.hh"

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
    return target == "/dev" || target == "/run" || std::ranges::any_of(own, covers);
}

} // namespace

Result<SandboxOptions> parseSandboxOptions(const JsonObject& options, std::string_view tree) {
    SandboxOptions out;
    for (const auto& [name, value] : options) {
        if (name == "network") {
            CIRQUE_TRY_ASSIGN(out.network, yesOrNo(name, value));
        } else if (name == "nixDaemon") {
            CIRQUE_TRY_ASSIGN(out.nixDaemon, yesOrNo(name, value));
        } else if (name != "mounts" && name != "name") {
            return fail(
                wrong(std::string_view(name), "does not exist", "there are: network, nixDaemon, mounts"));
        }
    }
    CIRQUE_TRY_ASSIGN(out.mounts, mountsOf(options, "mounts", tree));
    for (const Mount& mount : out.mounts) {
        if (isOwn(mount.target)) {
            return fail(wrong("mounts", fmt::format("may not put something at {}", mount.target),
                              "give the mount another target"));
        }
    }
    return out;
}

} // namespace cirque::exec
