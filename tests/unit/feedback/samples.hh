// SPDX-License-Identifier: Apache-2.0
// Samples of what tools write: tests/data/feedback.
#pragma once

#include "feedback/report.hh"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace cirque::feedback {

inline std::string sample(const std::string& name) {
    std::ifstream file(std::string(CIRQUE_TEST_DATA "/feedback/") + name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string counts(const TestReport& report) {
    return std::to_string(report.passed) + " " + std::to_string(report.failed) + " " +
           std::to_string(report.skipped);
}

} // namespace cirque::feedback
