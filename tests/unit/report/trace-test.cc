// SPDX-License-Identifier: Apache-2.0
// What the formats ask of every trace is also checked on real runs, by tests/functional/support/check-trace.
#include "report/trace/trace.hh"

#include "tests/unit/report/timeline-sample.hh"

#include <gtest/gtest.h>

#include <set>

namespace cirque::report {

TEST(Trace, BothFormsAreAsTheGoldenFilesSay) {
    const history::Timeline line = test::recordedTimeline();
    test::expectGolden(CIRQUE_TEST_DATA "/report/trace.perfetto.json", toPretty(toPerfetto(line)));
    test::expectGolden(CIRQUE_TEST_DATA "/report/trace.otlp.json", toPretty(toOtlp(line)));
}

// Two spans with one id would be one span in every viewer.
TEST(Trace, SpansOfDifferentThingsHaveDifferentIds) {
    const RunId run = test::someRun();
    std::set<std::string> ids;
    std::size_t made = 0;
    for (const char* job : {"", "a", "a/1", "1/a", "a/1/2"}) {
        for (int attempt = 0; attempt < 3; ++attempt) {
            for (int step = -1; step < 3; ++step) {
                for (int tryNumber = 0; tryNumber < 3; ++tryNumber) {
                    const std::string id = spanId(run, job, attempt, step, tryNumber);
                    EXPECT_EQ(id.size(), 16U);
                    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
                    ids.insert(id);
                    ++made;
                }
            }
        }
    }
    EXPECT_EQ(ids.size(), made);
    EXPECT_EQ(spanId(run, "a", 1, 2, 3), spanId(run, "a", 1, 2, 3)) << "they follow from what they stand for";
}

TEST(Trace, ARunThatIsUnderWayHasSpansThatEndNow) {
    history::Timeline line = test::recordedTimeline();
    line.state = history::RunState::Running;
    line.outcome.reset();
    line.jobs[0].attempts[0].end.reset();
    line.jobs[0].attempts[0].outcome.reset();
    const JsonObject otlp = toOtlp(line);
    const auto& spans = otlp.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array();
    EXPECT_EQ(spans[1].at("endTimeUnixNano"), spans[0].at("endTimeUnixNano"));
    EXPECT_TRUE(spans[0].at("status").as_object().empty());
}

} // namespace cirque::report
