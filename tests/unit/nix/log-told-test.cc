// SPDX-License-Identifier: Apache-2.0
// What a person is told of a build: the lines of the log, how far it is, which derivation failed and why.
#include "nix/log/failures.hh"
#include "nix/log/meter.hh"
#include "nix/log/render.hh"
#include "tests/unit/nix/log-support.hh"

#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

std::string logOf(std::string_view stream) {
    std::string out;
    LogParser parser;
    LogText text;
    const LogParser::Receive receive = [&](const LogEvent& event) {
        text.append(out, event, parser.counts());
    };
    parser.feed(stream, receive);
    parser.finish(receive);
    return out;
}

Failures failuresOf(std::string_view stream) {
    Failures out;
    LogParser parser;
    const LogParser::Receive receive = [&](const LogEvent& event) { out.take(event); };
    parser.feed(stream, receive);
    parser.finish(receive);
    return out;
}

TEST(NixLogText, ABuilderAmongSeveralIsNamed) {
    for (const char* version : {"2.8", "2.34"}) {
        const std::string log = logOf(recorded("keep-going", version));
        EXPECT_TRUE(log.contains("building dep-1.0\n"
                                 "dep-1.0> dep line\n"
                                 "dep-1.0> == buildPhase\n"
                                 "dep-1.0> after\n"))
            << log;
        EXPECT_FALSE(log.contains("@nix")) << log;
        EXPECT_FALSE(log.contains("will be built")) << log;
    }
}

TEST(NixLogText, ABuilderOfItsOwnSpeaksPlainly) {
    EXPECT_EQ(logOf("@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"fields\":[\"/nix/store/a.drv\"]}\n"
                    "@nix {\"action\":\"result\",\"id\":1,\"type\":101,\"fields\":[\"hello\"]}\n"
                    "@nix {\"action\":\"msg\",\"level\":1,\"msg\":\"warning: w\"}\n"
                    "@nix {\"action\":\"msg\",\"level\":3,\"msg\":\"chatter\"}\n"
                    "no record\n"),
              "building a\nhello\nwarning: w\nno record\n");
}

TEST(NixLogText, AFetchSaysWhereFrom) {
    EXPECT_TRUE(logOf(recorded("fetch", "2.34")).starts_with("fetching top-1.0 from file:///cache\n"));
}

TEST(NixFailures, NamesTheDerivationThatFailedItsReasonAndItsLastLines) {
    for (const char* version : {"2.8", "2.34"}) {
        const Failures failures = failuresOf(recorded("keep-going", version));
        ASSERT_EQ(failures.causes().size(), 2U) << failures.errors();
        std::string user;
        for (const std::string& drv : failures.failed()) {
            user = drv.contains("user-1.0") ? drv : user;
        }
        EXPECT_EQ(failures.failed().size(), 3U) << "with the one that only needs a failed one";
        const std::string told = failures.describe(user);
        EXPECT_TRUE(told.starts_with("user-1.0 needs what did not build: ")) << told;
        EXPECT_TRUE(told.contains("bad-2.0 did not build: builder failed with exit code 4; its last words: "
                                  "\"deep no\""))
            << told;
        EXPECT_TRUE(told.contains("bad-1.0 did not build: builder failed with exit code 3; its last words: "
                                  "\"oh no\""))
            << told;
        EXPECT_FALSE(
            failures.describe(failures.causes()[0].drv).contains(nameOfPath(failures.causes()[1].drv)))
            << "who failed itself has nothing to do with the others";
        EXPECT_FALSE(told.contains('\x1b') || told.contains('\n')) << told;
    }
}

TEST(NixFailures, KeepsTheLastLinesOnly) {
    std::string stream = "@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"fields\":[\"/s/a.drv\"]}\n";
    for (int i = 0; i < 1000; ++i) {
        stream +=
            fmt::format("@nix {{\"action\":\"result\",\"id\":1,\"type\":101,\"fields\":[\"line {}\"]}}\n", i);
    }
    stream += "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"error: builder for '/s/a.drv' failed with exit "
              "code 1\"}\n";
    const Failures failures = failuresOf(stream);
    ASSERT_EQ(failures.causes().size(), 1U);
    EXPECT_EQ(failures.causes()[0].lines.size(), Failures::keptLines);
    EXPECT_EQ(failures.causes()[0].lines.back(), "line 999");
}

TEST(NixFailures, AWrongHashIsToldOnOneLine) {
    const Failures failures = failuresOf(
        "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"error: hash mismatch in fixed-output derivation "
        "'/s/src.drv':\\n         specified: sha256-A\\n            got:    sha256-B\"}\n");
    EXPECT_EQ(failures.describe("/s/src.drv"), "src did not build: hash mismatch in fixed-output derivation "
                                               "'/s/src.drv': specified: sha256-A got:    "
                                               "sha256-B");
}

TEST(NixFailures, OtherErrorsNameNoDerivation) {
    const Failures failures =
        failuresOf("@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m opening "
                   "lock file '/nix/x': Permission denied\"}\n"
                   "error: cannot connect to daemon\n");
    EXPECT_TRUE(failures.causes().empty());
    EXPECT_EQ(failures.describe(""), "");
    EXPECT_EQ(failures.errors(), "error: opening lock file '/nix/x': Permission denied\n"
                                 "error: cannot connect to daemon\n");
}

TEST(BuildMeter, TellsWhatChangedAtMostFourTimesASecond) {
    const auto at = [](int millis) { return MonoTime{std::int64_t{1000 + millis} * 1'000'000}; };
    BuildMeter meter(at(-249));
    Counts counts;
    EXPECT_FALSE(meter.due(counts, at(1))) << "nothing to tell";
    meter.take(BuildStarted{"/nix/store/00000000000000000000000000000000-hello-2.12.drv", ""});
    counts.toBuild = 2;
    EXPECT_FALSE(meter.due(counts, at(0))) << "it has only begun";
    EXPECT_FALSE(meter.last(counts)) << "a short build tells nothing";
    EXPECT_EQ(meter.due(counts, at(1)), (Measure{counts, "hello-2.12"}));
    meter.take(PhaseStarted{"/nix/store/00000000000000000000000000000000-hello-2.12.drv", "buildPhase"});
    EXPECT_FALSE(meter.due(counts, at(250))) << "too soon";
    EXPECT_EQ(meter.due(counts, at(251)), (Measure{counts, "hello-2.12: buildPhase"}));
    EXPECT_FALSE(meter.due(counts, at(2000))) << "as before";
    meter.take(FetchStarted{"/nix/store/00000000000000000000000000000000-glibc", "x"});
    EXPECT_FALSE(meter.due(counts, at(3000))) << "a build says more than a fetch";
    meter.take(BuildEnded{"/nix/store/00000000000000000000000000000000-hello-2.12.drv"});
    EXPECT_EQ(meter.due(counts, at(4000)), (Measure{counts, "fetching glibc"}));
    counts.built = 1;
    EXPECT_EQ(meter.last(counts), (Measure{counts, "fetching glibc"})) << "the last word waits for nothing";
    EXPECT_FALSE(meter.last(counts));
}

TEST(NixNames, OutputsAreKnownByTheirPaths) {
    const std::string drv = "/nix/store/00000000000000000000000000000000-hello-2.12.drv";
    EXPECT_EQ(nameOfPath(drv), "hello-2.12");
    EXPECT_EQ(outputOfPath(drv, "/nix/store/11111111111111111111111111111111-hello-2.12"), "out");
    EXPECT_EQ(outputOfPath(drv, "/nix/store/11111111111111111111111111111111-hello-2.12-dev"), "dev");
    EXPECT_EQ(outputOfPath(drv, "/nix/store/11111111111111111111111111111111-hello-2.123"), "out");
    EXPECT_EQ(outputOfPath("", ""), "out");
    EXPECT_EQ(withoutColours("\x1b[31;1merror:\x1b[0m x\x1b"), "error: x");
}

} // namespace
} // namespace cirque::nix
