// SPDX-License-Identifier: Apache-2.0
// What the steps of a job told beyond their outcomes, as it is kept: tests, annotations, summaries. Part of
// summary.hh.
#pragma once

#include "event/types/feedback.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace cirque::history {

struct FailedTest {
    std::string suite;
    std::string name;
    std::string file;
    std::int64_t line = 0;
    Millis duration{0};
    std::string message;
    bool operator==(const FailedTest&) const = default;
};

struct TestsSummary { // one report
    std::string source;
    std::string format;
    std::int64_t passed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    Millis duration{0};
    std::vector<FailedTest> failures; // the first hundred
    bool operator==(const TestsSummary&) const = default;
};

struct AnnotationSummary {
    int step = 0; // from 0
    std::string level;
    std::string file;
    std::int64_t line = 0;
    std::int64_t endLine = 0;
    std::int64_t column = 0;
    std::string title;
    std::string message;
    bool operator==(const AnnotationSummary&) const = default;
};

struct StepNote {
    int step = 0;     // from 0
    std::string text; // Markdown
    bool operator==(const StepNote&) const = default;
};

// Of the last attempt of a job, and in it of the last try of each step.
struct Feedback {
    std::vector<TestsSummary> tests;
    std::vector<AnnotationSummary> annotations;
    std::vector<StepNote> summaries;
    bool operator==(const Feedback&) const = default;

    [[nodiscard]] bool empty() const { return tests.empty() && annotations.empty() && summaries.empty(); }

    void add(const event::TestsReported& body);
    void add(const event::Annotation& body);
    void add(const event::SummaryWritten& body);
    void forget(int step); // another try of it begins
};

} // namespace cirque::history
