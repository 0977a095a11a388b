// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hh"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace cirque::config {
namespace {

constexpr std::array<SettingInfo, 8> table{{
    {"state-dir", "CIRQUE_STATE_DIR", "$XDG_STATE_HOME/cirque, else ~/.local/state/cirque",
     "Where runs, logs and artifacts are kept."},
    {"private-dir", "CIRQUE_PRIVATE_DIR", "$XDG_RUNTIME_DIR/cirque, else /dev/shm/cirque-<uid>",
     "Where scripts, environments and outputs of running jobs lie. Must be in memory (tmpfs)."},
    {"eval-memory", "CIRQUE_EVAL_MEMORY", "three quarters of the free memory, shared by the evaluators",
     "How much memory one evaluator of a flake may take for its heap: 512M, 4G."},
    {"keep-runs", "CIRQUE_KEEP_RUNS", "1000",
     "How many runs are kept, with their logs and artifacts: a number, or 'all'."},
    {"keep-days", "CIRQUE_KEEP_DAYS", "90", "How many days a run is kept: a number, or 'all'."},
    {"keep-size", "CIRQUE_KEEP_SIZE", "20G",
     "How much the runs may take together: bytes, or a number with K, M, G or T (powers of 1024), or 'all'."},
    {"log-format", "CIRQUE_LOG_FORMAT", "NIXACTIONS_LOG_FORMAT, else what the workflow says",
     "The form of log lines where output is no terminal: structured, simple or json."},
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

// "4G", "512M", "65536K" or bytes, in powers of 1024.
Result<std::int64_t> sizeOf(const std::string& text, std::string_view variable) {
    constexpr std::string_view units = "KMG";
    std::int64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    const std::size_t unit = end == last ? std::string_view::npos : units.find(*end);
    const bool isPlain = end == last;
    const bool hasUnit = unit != std::string_view::npos && end + 1 == last;
    constexpr std::int64_t most = std::int64_t{1} << 32;
    if (error != std::errc{} || (!isPlain && !hasUnit) || value < 1 || (hasUnit && value > most)) {
        return fail(ErrorCode::Usage, fmt::format("{} is '{}', which is not a size", variable, text),
                    fmt::format("write a number with K, M or G, as in {}=4G", variable));
    }
    return isPlain ? value : value << (10 * (unit + 1));
}

// A number of at least 1 with an optional suffix; 'all' is no limit.
Result<std::optional<std::int64_t>> limit(const std::string& text, std::string_view suffixes,
                                          std::string_view name) {
    if (text == "all") {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, code] = std::from_chars(text.data(), last, value);
    const std::size_t power = end == last ? 0 : suffixes.find(*end) + 1; // npos + 1 is 0
    const bool whole = end == last || (end + 1 == last && power > 0);
    constexpr unsigned bitsOfK = 10;
    constexpr std::int64_t most = std::int64_t{1} << 20U; // of units, so that no suffix overflows
    if (code != std::errc{} || !whole || value < 1 || (power > 0 && value > most)) {
        return fail(ErrorCode::Usage,
                    fmt::format("{} is '{}', which is not a number above 0{}", name, text,
                                suffixes.empty() ? "" : " (K, M, G or T may follow)"),
                    "give a number, or 'all' to keep everything");
    }
    return value << (bitsOfK * static_cast<unsigned>(power));
}

} // namespace

Result<std::optional<std::int64_t>> parseCount(const std::string& text, std::string_view name) {
    return limit(text, "", name);
}

Result<std::optional<std::int64_t>> parseSize(const std::string& text, std::string_view name) {
    return limit(text, "KMGT", name);
}

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
    if (const std::string memory = environment.get("CIRQUE_EVAL_MEMORY"); !memory.empty()) {
        CIRQUE_TRY_ASSIGN(settings.evalMemory, sizeOf(memory, "CIRQUE_EVAL_MEMORY"));
    }
    CIRQUE_TRY_ASSIGN(settings.keepRuns,
                      parseCount(environment.get("CIRQUE_KEEP_RUNS", "1000"), "CIRQUE_KEEP_RUNS"));
    CIRQUE_TRY_ASSIGN(settings.keepDays,
                      parseCount(environment.get("CIRQUE_KEEP_DAYS", "90"), "CIRQUE_KEEP_DAYS"));
    CIRQUE_TRY_ASSIGN(settings.keepBytes,
                      parseSize(environment.get("CIRQUE_KEEP_SIZE", "20G"), "CIRQUE_KEEP_SIZE"));
    settings.colour = environment.get("NO_COLOR").empty() && environment.get("TERM") != "dumb";
    return settings;
}

} // namespace cirque::config
