// SPDX-License-Identifier: Apache-2.0
// Short ways to ask the plan parser something.
#pragma once

#include "base/text.hh"
#include "plan/parse.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::plan {

inline Json json(std::string_view text) {
    Result<Json> parsed = parseJson(text, "test");
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? *parsed : Json();
}

// One line a problem, as describe prints them.
inline std::vector<std::string> problemsOf(const Json& document) {
    std::vector<std::string> lines;
    for (const Problem& problem : parsePlan(document).problems) {
        lines.push_back(describe(std::span(&problem, 1)));
    }
    return lines;
}

inline std::vector<std::string> problems(std::string_view text) {
    return problemsOf(json(text));
}

// The problems of a plan whose jobs are `jobs`.
inline std::vector<std::string> problemsOfJobs(std::string_view jobs) {
    return problems(fmt::format(R"({{"plan": 1, "name": "w", "jobs": {}}})", jobs));
}

// The problems of a plan with one job "j" whose keys besides its step are `keys`.
inline std::vector<std::string> problemsOfJob(std::string_view keys) {
    return problemsOfJobs(fmt::format(R"({{"j": {{"steps": [{{"run": ":"}}], {}}}}})", keys));
}

// The same for the one step of the job "j".
inline std::vector<std::string> problemsOfStep(std::string_view keys) {
    return problemsOfJobs(fmt::format(R"({{"j": {{"steps": [{{{}}}]}}}})", keys));
}

using Lines = std::vector<std::string>;

// The plan of a document that must be valid.
inline Plan plan(std::string_view text) {
    Result<Plan> parsed = parsePlanText(text, "test");
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? std::move(*parsed) : Plan();
}

inline Plan planOfJobs(std::string_view jobs) {
    return plan(fmt::format(R"({{"plan": 1, "name": "w", "jobs": {}}})", jobs));
}

inline std::string readText(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// `actual` must be the content of the file; with CIRQUE_ACCEPT=1 it becomes it.
inline void expectGolden(const std::string& path, const std::string& actual) {
    if (const char* accept = std::getenv("CIRQUE_ACCEPT");
        accept != nullptr && std::string_view(accept) == "1") {
        std::ofstream(path, std::ios::binary) << actual;
    }
    EXPECT_EQ(readText(path), actual) << path << ": run with CIRQUE_ACCEPT=1 to accept";
}

} // namespace cirque::plan
