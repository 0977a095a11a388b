// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/options.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

// Scalars as text; what the schema does not allow is empty.
std::string textOf(const Json* value) {
    if (value == nullptr || value->is_object() || value->is_array() || value->is_null()) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->as_string());
    }
    if (value->is_bool()) {
        return value->as_bool() ? "yes" : "no"; // as ssh_config(5) says it
    }
    return toLine(*value);
}

Result<void> checkWord(std::string_view what, const std::string& word) {
    if (word.starts_with('-') || word.find_first_of(std::string_view("\0\n", 2)) != std::string::npos) {
        return fail(ErrorCode::InvalidPlan, fmt::format("ssh: {} '{}' is not one", what, word),
                    "options of ssh go into `options`, by their names in ssh_config(5)");
    }
    return {};
}

// It becomes a part of command lines that a shell of any kind over there takes apart.
Result<void> checkFolder(const std::string& folder) {
    if (folder.find_first_of(std::string_view("'\\!\n\0", 5)) != std::string::npos) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("ssh: workspaceDir '{}' has a quote, a backslash or a '!'", folder),
                    "name a folder without them");
    }
    return {};
}

} // namespace

Result<std::vector<SshTarget>> parseSshOptions(const JsonObject& options) {
    SshTarget common;
    common.user = textOf(options.if_contains("user"));
    common.port = textOf(options.if_contains("port"));
    common.identityFile = textOf(options.if_contains("identityFile"));
    common.workspaceDir = textOf(options.if_contains("workspaceDir"));
    if (const Json* more = options.if_contains("options"); more != nullptr && more->is_object()) {
        for (const auto& [name, value] : more->as_object()) {
            common.options.push_back(fmt::format("{}={}", std::string_view(name), textOf(&value)));
        }
    }
    CIRQUE_TRY(checkWord("user", common.user));
    CIRQUE_TRY(checkFolder(common.workspaceDir));
    std::vector<std::string> hosts;
    if (const Json* list = options.if_contains("hosts"); list != nullptr && list->is_array()) {
        for (const Json& host : list->as_array()) {
            hosts.push_back(textOf(&host));
        }
    }
    if (const std::string host = textOf(options.if_contains("host")); !host.empty()) {
        hosts.insert(hosts.begin(), host);
    }
    if (hosts.empty()) {
        return fail(ErrorCode::InvalidPlan, "ssh: no host is given", "name it by `host` or `hosts`");
    }
    std::vector<SshTarget> targets;
    for (std::string& host : hosts) {
        CIRQUE_TRY(checkWord("host", host));
        targets.push_back(common);
        targets.back().host = std::move(host);
    }
    return targets;
}

} // namespace cirque::exec
