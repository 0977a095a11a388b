// SPDX-License-Identifier: Apache-2.0
// One case: a file of cases/ that says what is run and what must come of it. README.md describes the keys.
#pragma once

#include "base/json.hh"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::conformance {

struct Case {
    std::string name; // its file's, without .json
    std::string file;
    JsonObject keys; // checked: only known keys, and those that are required

    [[nodiscard]] const Json* find(std::string_view key) const { return keys.if_contains(key); }

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t otherwise) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const; // none: empty
};

// All of a folder, by name.
Result<std::vector<Case>> loadCases(const std::string& folder);

// A text, or a list of texts that are its lines, or {"repeat": [text, times]}.
std::string textOf(const Json& json);

// The plan document of a case's `plan`, where each job without an executor has this one.
std::string planOf(const JsonObject& plan, const JsonObject& executor);

// Why a case cannot apply to a target, by the case's name. Lines of the file: TARGET CASE REASON.
Result<std::map<std::string, std::string>> loadNotApplicable(const std::string& file,
                                                             std::string_view target);

} // namespace cirque::conformance
