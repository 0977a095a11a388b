// SPDX-License-Identifier: Apache-2.0
// Test reports as numbers and names: what is common to all formats. Pure: bytes in, a value out. The bytes
// are foreign: every parser comes back for any input, in time and memory that grow with its size only.
#pragma once

#include "base/result.hh"
#include "base/time.hh"
#include "event/types/feedback.hh"
#include "feedback/texts.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::feedback {

// Failures that are named; more are only counted.
inline constexpr std::size_t mostFailures = 100;

struct TestReport {
    std::string format; // "junit", "tap", "gotest"
    std::int64_t passed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    Millis duration{0};
    std::vector<event::TestCase> failures; // the first mostFailures
    // Not empty: the report itself says that not all tests were run to their end (fewer than planned, a bail
    // out, a package without a result). What it counts is true but not the whole, so it is no success.
    std::string flaw;

    [[nodiscard]] std::int64_t total() const { return passed + failed + skipped; }

    // Counts a failure and keeps it while there is room; its texts are cut to what a person can use.
    void addFailure(event::TestCase test, const Texts& texts);

    // The first flaw stays.
    void addFlaw(std::string why);

    bool operator==(const TestReport&) const = default;
};

// `format` is one of the three, or empty: then the content decides (its first characters or lines). Failure
// (InvalidPlan, with the reason): it is no such report, or is broken off or malformed where the format does
// not allow that. Lines that belong to no format are skipped in TAP and Go's output, so that both may be read
// from what a step printed. `texts` makes what is kept of it, in the report and in the reason of a failure.
Result<TestReport> parseReport(std::string_view bytes, std::string_view format, const Texts& texts = {});

} // namespace cirque::feedback
