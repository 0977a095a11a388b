// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/pool.hh"

#include "tests/conformance/journey.hh"

#include <gtest/gtest-spi.h>

#include <chrono>

namespace cirque::conformance {
namespace {

CaseResult runOne(const Case& given, Target& target) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    CaseResult result;
    ::testing::TestPartResultArray parts;
    {
        // takes what the expectations of this thread say
        const ::testing::ScopedFakeTestPartResultReporter reporter(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &parts);
        try {
            result.said = runCase(given, target);
        } catch (const std::exception& error) {
            ADD_FAILURE() << "the case cannot be run: " << error.what();
        }
    }
    for (int i = 0; i < parts.size(); ++i) {
        const ::testing::TestPartResult& part = parts.GetTestPartResult(i);
        if (part.failed()) {
            result.findings.push_back(
                {part.file_name() == nullptr ? "" : part.file_name(), part.line_number(), part.message()});
        }
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

} // namespace

Pool::Pool(std::vector<const Case*> cases, Target& target, int width)
    : cases_(std::move(cases)), target_(&target) {
    for (const Case* one : cases_) {
        done_[one->name];
    }
    for (int i = 0; i < width; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

Pool::~Pool() {
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void Pool::work() {
    for (std::size_t at = next_++; at < cases_.size(); at = next_++) {
        done_.at(cases_[at]->name).set_value(runOne(*cases_[at], *target_));
    }
}

CaseResult Pool::take(const std::string& name) {
    return done_.at(name).get_future().get();
}

} // namespace cirque::conformance
