// SPDX-License-Identifier: Apache-2.0
// The configuration file of a repository (git-config(1), "Syntax"): read, cut down to what a job may know,
// written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::workspace {

struct ConfigEntry {
    std::string section;              // lower case
    std::string subsection;           // as written; may be empty
    std::string name;                 // lower case
    std::optional<std::string> value; // nullopt: no '=', which means true

    bool operator==(const ConfigEntry&) const = default;
};

// Lenient: what git would refuse is left out (git has read the file before we do). Includes are not followed.
std::vector<ConfigEntry> parseGitConfig(std::string_view text);

std::string toGitConfig(const std::vector<ConfigEntry>& entries);

// What a job's repository gets: the format of the source, how files are compared, remotes and branches
// without credentials, the author; and settings that keep `git status` from hashing every file and git from
// starting anything in the background. Hooks, filters, credentials, headers and includes stay behind.
std::vector<ConfigEntry> jobConfig(const std::vector<ConfigEntry>& source);

// A remote's address without secrets: http(s) and ftp(s) lose user, password and query, others the password.
std::string withoutCredentials(std::string_view url);

} // namespace cirque::workspace
