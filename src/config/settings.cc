// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::config {
namespace {

constexpr std::array<SettingInfo, 3> table{{
    {"state-dir", "CIRQUE_STATE_DIR", "$XDG_STATE_HOME/cirque, else ~/.local/state/cirque",
     "Where runs, logs and artifacts are kept."},
    {"private-dir", "CIRQUE_PRIVATE_DIR", "$XDG_RUNTIME_DIR/cirque, else /dev/shm/cirque-<uid>",
     "Where scripts, environments and outputs of running jobs lie. Must be in memory (tmpfs)."},
    {"no-color", "NO_COLOR", "unset",
     "When set to anything but an empty value, nothing is printed in colour."},
}};

Result<std::string> absolute(std::string path, std::string_view variable) {
    if (!path.starts_with('/')) {
        return fail(ErrorCode::Usage,
                    fmt::format("{} is '{}', which is not an absolute path", variable, path),
                    fmt::format("set {} to a path that begins with /", variable));
    }
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

Result<std::string> stateDir(const Environment& environment) {
    if (const std::string own = environment.get("CIRQUE_STATE_DIR"); !own.empty()) {
        return absolute(own, "CIRQUE_STATE_DIR");
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    if (const std::string xdg = environment.get("XDG_STATE_HOME"); xdg.starts_with('/')) {
        return xdg + "/cirque";
    }
    const std::string home = environment.get("HOME");
    if (!home.starts_with('/')) {
        return fail(ErrorCode::Usage,
                    "no folder for Cirque's state: neither CIRQUE_STATE_DIR nor HOME is set",
                    "set CIRQUE_STATE_DIR to a folder that may be written");
    }
    return home + "/.local/state/cirque";
}

} // namespace

std::span<const SettingInfo> declaredSettings() {
    return table;
}

Result<Settings> loadSettings(const Environment& environment, unsigned uid) {
    Settings settings;
    CIRQUE_TRY_ASSIGN(settings.stateDir, stateDir(environment));
    if (const std::string own = environment.get("CIRQUE_PRIVATE_DIR"); !own.empty()) {
        CIRQUE_TRY_ASSIGN(settings.privateRoot, absolute(own, "CIRQUE_PRIVATE_DIR"));
    } else if (const std::string runtime = environment.get("XDG_RUNTIME_DIR"); runtime.starts_with('/')) {
        settings.privateRoot = runtime + "/cirque";
    } else {
        settings.privateRoot = fmt::format("/dev/shm/cirque-{}", uid);
    }
    settings.colour = environment.get("NO_COLOR").empty() && environment.get("TERM") != "dumb";
    return settings;
}

} // namespace cirque::config
