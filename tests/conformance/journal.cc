// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/journal.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cirque::conformance {
namespace {

std::string stepOf(const JsonObject& event) {
    return fmt::format("{}, attempt {}, step {}", std::string_view(event.at("job").as_string()),
                       event.at("attempt").as_int64(), event.at("step").as_int64());
}

struct Seen {
    std::set<std::string> jobs;
    std::map<std::string, int> finishedJobs;
    std::set<std::string> steps;
    std::map<std::string, int> finishedSteps;

    void note(const JsonObject& event) {
        const std::string_view type = event.at("type").as_string();
        if (type == "jobs.added") {
            for (const Json& job : event.at("jobs").as_array()) {
                jobs.emplace(job.at("name").as_string());
            }
        } else if (type == "job.finished") {
            ++finishedJobs[std::string(event.at("job").as_string())];
        } else if (type == "step.started" && event.at("step").as_int64() >= 0) {
            steps.insert(stepOf(event));
        } else if (type == "step.finished" && event.at("step").as_int64() >= 0) {
            ++finishedSteps[stepOf(event)];
        }
    }
};

} // namespace

void checkJournal(const std::vector<JsonObject>& events, int status) {
    Seen seen;
    std::int64_t number = 0;
    for (const JsonObject& event : events) {
        EXPECT_EQ(event.at("seq").as_int64(), ++number) << "a gap in the journal";
        seen.note(event);
    }
    for (const std::string& job : seen.jobs) {
        EXPECT_EQ(seen.finishedJobs[job], 1) << "ends of job " << job;
    }
    for (const std::string& step : seen.steps) {
        EXPECT_EQ(seen.finishedSteps[step], 1) << "ends of " << step;
    }
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().at("type").as_string(), "run.finished") << "the last event";
    if (const Json* told = events.back().if_contains("exitStatus")) {
        EXPECT_EQ(told->as_int64(), status) << "the exit status that the journal tells";
    }
}

} // namespace cirque::conformance
