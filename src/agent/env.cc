// SPDX-License-Identifier: Apache-2.0
#include "agent/env.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <set>

namespace cirque::agent {

namespace {

// Bash sets these in every shell; a step that wants to change them for later steps cannot do so through the
// shell.
constexpr std::array<std::string_view, 8> shellOwn{
    "_", "SHLVL", "PWD", "OLDPWD", "JOB_ENV", "CIRQUE_OUTPUT", "CIRQUE_SUMMARY", "GITHUB_STEP_SUMMARY"};

bool isShellOwn(std::string_view name) {
    return std::ranges::find(shellOwn, name) != shellOwn.end();
}

Result<void> addLayer(Environment& environment, const Variables& layer, const Expand& expand) {
    for (const Variable& variable : layer) {
        if (variable.name.empty() || variable.name.contains('=') || variable.name.contains('\0')) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("'{}' cannot be the name of a variable", variable.name));
        }
        CIRQUE_TRY_ASSIGN(std::string value, expand(variable.value));
        if (value.contains('\0')) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("the value of {} contains a NUL byte, which no variable can hold",
                                    variable.name));
        }
        environment.insert_or_assign(variable.name, std::move(value));
    }
    return {};
}

std::string withoutFolders(std::string path, std::span<const std::string> folders) {
    const std::string row = fmt::format("{}:", fmt::join(folders, ":"));
    if (const std::size_t at = path.find(row); at != std::string::npos && (at == 0 || path[at - 1] == ':')) {
        path.erase(at, row.size());
    }
    return path;
}

} // namespace

Result<Environment> assembleEnv(std::span<const Variables> below, const EnvChange& jobEnv,
                                std::span<const Variables> above, const OwnVariables& own,
                                const Expand& expand) {
    Environment environment;
    for (const Variables& layer : below) {
        CIRQUE_TRY(addLayer(environment, layer, expand));
    }
    for (const auto& [name, value] : jobEnv.set) {
        environment.insert_or_assign(name, value);
    }
    for (const std::string& name : jobEnv.removed) {
        environment.erase(name);
    }
    for (const Variables& layer : above) {
        CIRQUE_TRY(addLayer(environment, layer, expand));
    }
    // bash would take its options from them: noexec there makes any script a success
    environment.erase("SHELLOPTS");
    environment.erase("BASHOPTS");
    environment["JOB_DIR"] = own.jobFolder;
    environment["PWD"] = own.workFolder;
    environment["JOB_ENV"] = own.jobEnvFile;
    const std::array<std::pair<const char*, const std::string*>, 3> files{
        {{"CIRQUE_OUTPUT", &own.outputFile},
         {"CIRQUE_SUMMARY", &own.summaryFile},
         {"GITHUB_STEP_SUMMARY", &own.summaryFile}}};
    for (const auto& [name, path] : files) {
        if (path->empty()) {
            environment.erase(name);
        } else {
            environment[name] = *path;
        }
    }
    if (!own.shell.empty()) {
        environment.try_emplace("SHELL", own.shell); // else bash looks for the user's in the passwd database
    }
    if (!own.pathFolders.empty()) {
        const auto path = environment.try_emplace("PATH", defaultPath).first;
        path->second = fmt::format("{}:{}", fmt::join(own.pathFolders, ":"), path->second);
    }
    return environment;
}

bool steersBash(std::string_view name) {
    return name == "BASH_ENV" || name == "SHELLOPTS" || name == "BASHOPTS" || name.starts_with("BASH_FUNC_");
}

std::vector<std::string> toEnvBlock(const Environment& environment) {
    std::vector<std::string> block;
    block.reserve(environment.size());
    for (const auto& [name, value] : environment) {
        std::string entry;
        entry.reserve(name.size() + value.size() + 1);
        entry.append(name).append(1, '=').append(value);
        block.push_back(std::move(entry));
    }
    return block;
}

Result<EnvChange> diffEnv(const Environment& before, std::span<const std::string> names,
                          std::string_view after, std::span<const std::string> pathFolders) {
    const std::set<std::string_view> unexported(names.begin(), names.end());
    EnvChange change;
    std::set<std::string, std::less<>> seen;
    while (!after.empty()) {
        const std::size_t end = after.find('\0');
        const std::string_view entry = after.substr(0, end);
        const std::size_t equals = entry.find('=', 1);
        if (end == std::string_view::npos || equals == std::string_view::npos) {
            return fail(ErrorCode::Process,
                        "the shell that read JOB_ENV printed something else than its environment");
        }
        after.remove_prefix(end + 1);
        std::string name(entry.substr(0, equals));
        const std::string_view value = entry.substr(equals + 1);
        const auto old = before.find(name);
        const bool changed = unexported.contains(name) || old == before.end() || old->second != value;
        if (changed && !isShellOwn(name)) {
            change.set.insert_or_assign(name, name == "PATH" && !pathFolders.empty()
                                                  ? withoutFolders(std::string(value), pathFolders)
                                                  : std::string(value));
        }
        seen.insert(std::move(name));
    }
    for (const auto& [name, value] : before) {
        if (!seen.contains(name) && !unexported.contains(name) && !isShellOwn(name)) {
            change.removed.push_back(name);
        }
    }
    return change;
}

} // namespace cirque::agent
