// SPDX-License-Identifier: Apache-2.0
// What steps tell beyond the bytes they print: places in files, test reports, summaries. Part of event.hh.
#pragma once

#include "base/ids.hh"
#include "base/time.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace cirque::event {

struct Annotation { // what a step said about a place in a file: `::error file=a.c,line=3::text`
    TryRef ref;
    std::string level; // "error", "warning", "notice"
    std::string file;
    std::int64_t line = 0;
    std::int64_t endLine = 0;
    std::int64_t column = 0;
    std::string title;
    std::string message;
};

struct TestCase {
    std::string suite;
    std::string name;
    std::string file;
    std::int64_t line = 0;
    Millis duration{0};
    std::string message; // why it failed
};

struct TestsReported { // one test report of a job was read
    std::string job;
    std::string source; // the file in the job's folder, or the step that printed it
    std::string format; // "junit", "tap", "gotest"
    std::int64_t passed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    Millis duration{0};
    std::vector<TestCase> failures; // the first hundred
};

struct SummaryWritten { // Markdown that a step wrote for people
    TryRef ref;
    std::string text;
};

} // namespace cirque::event
