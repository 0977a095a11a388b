// SPDX-License-Identifier: Apache-2.0
#include "feedback/go-test.hh"

#include "tests/unit/feedback/samples.hh"

namespace cirque::feedback {
namespace {

TestReport read(std::string_view text) {
    const Result<TestReport> report = parseGoTest(text);
    EXPECT_TRUE(report) << (report ? "" : report.error().text());
    return report.value_or(TestReport{});
}

TEST(GoTest, LeavesAreCountedAndTellWhatTheyPrinted) {
    const TestReport report = read(sample("gotest/mixed.json"));
    EXPECT_EQ(counts(report), "2 1 1");
    EXPECT_EQ(report.flaw, "");
    EXPECT_EQ(report.duration, Millis{500});
    ASSERT_EQ(report.failures.size(), 1U) << "the parent of a subtest is not told twice";
    EXPECT_EQ(report.failures[0].suite, "example.org/cart");
    EXPECT_EQ(report.failures[0].name, "TestRemove/twice");
    EXPECT_EQ(report.failures[0].duration, Millis{250});
    EXPECT_TRUE(report.failures[0].message.contains("cart_test.go:12: got 2, want 0"));
}

TEST(GoTest, APackageThatDoesNotBuildIsAFailure) {
    const TestReport report = read(sample("gotest/build-failed.json"));
    EXPECT_EQ(counts(report), "0 1 0");
    EXPECT_TRUE(report.failures.at(0).message.contains("undefined: x"));
    EXPECT_EQ(read("{\"ImportPath\":\"p\",\"Action\":\"build-fail\"}\n").failed, 1);
}

// All tests passed, and the package failed.
TEST(GoTest, APackageThatFailsByItselfIsAFailure) {
    const TestReport report = read(sample("gotest/exits.json"));
    EXPECT_EQ(counts(report), "1 1 0");
    EXPECT_EQ(report.failures.at(0).name, "example.org/exits");
    EXPECT_TRUE(report.failures.at(0).message.contains("exit status 3"));
}

TEST(GoTest, ATestThatWasAtWorkWhenThePackageDiedIsTheFailure) {
    const TestReport report = read("{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestA\"}\n"
                                   "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestA/sub\"}\n"
                                   "{\"Action\":\"fail\",\"Package\":\"p\"}\n");
    EXPECT_EQ(report.failed, 1);
    EXPECT_EQ(report.failures.at(0).name, "TestA/sub");
}

TEST(GoTest, APackageWithoutAResultIsAFlaw) {
    EXPECT_TRUE(read("{\"Action\":\"start\",\"Package\":\"p\"}\n").flaw.contains("'p' has no result"));
    EXPECT_TRUE(read("{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n").flaw.contains("'p'"));
    EXPECT_EQ(
        read(
            "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n{\"Action\":\"pass\",\"Package\":\"p\"}")
            .flaw,
        "");
}

TEST(GoTest, OtherLinesArePassedOver) {
    EXPECT_EQ(counts(read(
                  "{\"Action\":\"x\"}\n{bad\n[]\n{}\n{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n"
                  "\xff\xfe\n{\"Action\":\"pass\",\"Package\":\"p\"}\n")),
              "1 0 0");
    EXPECT_FALSE(parseGoTest("{\"Action\":\"walk\"}\nhello\n"));
    EXPECT_FALSE(isGoTestLine("{\"level\":\"info\"}"));
}

// It may have been the one that says "fail".
TEST(GoTest, ABrokenRecordIsMalformed) {
    const std::string whole = "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n"
                              "{\"Action\":\"pass\",\"Package\":\"p\"}\n";
    for (const char* broken : {"{\"Action\":\"fail\",\"Pack", "{\"Time\":\"2026-01", "{\"ImportPath\":",
                               "{\"Package\":\"p\",", "{\"Test\":\"T\"", "{\"Action\":\"fail\"} and more"}) {
        EXPECT_FALSE(parseGoTest(whole + broken)) << broken;
        EXPECT_FALSE(parseGoTest(whole + broken + "\r\n")) << broken;
        EXPECT_FALSE(parseGoTest(std::string(broken) + "\n" + whole)) << broken;
    }
    for (const char* torn : {"{", "{\"", "{\"Act", "{\"Time\""}) {
        EXPECT_FALSE(parseGoTest(whole + torn)) << torn;
        EXPECT_TRUE(parseGoTest(whole + torn + "\n")) << "a line of its own: " << torn;
    }
    EXPECT_FALSE(
        parseGoTest(whole + "{\"Action\":\"output\",\"Output\":\"" + std::string(5U << 20U, 'x') + "\"}\n"));
    for (const char* foreign : {"{bad", "exit status 1", "{\"level\":\"info\"", "ok {\"Action\":"}) {
        EXPECT_EQ(counts(read(whole + foreign)), "1 0 0") << foreign;
    }
    EXPECT_EQ(parseGoTest(whole + "{").error().message, "line 3: a record of go test -json is broken");
}

TEST(GoTest, OutputIsKeptFromItsEnd) {
    std::string text = "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n";
    for (int i = 0; i < 2000; ++i) {
        text += "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\",\"Output\":\"line of output\\n\"}\n";
    }
    text +=
        "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\",\"Output\":\"the end\\n\"}\n"
        "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T\"}\n{\"Action\":\"fail\",\"Package\":\"p\"}\n";
    const TestReport report = read(text);
    EXPECT_TRUE(report.failures.at(0).message.ends_with("the end"));
    EXPECT_LE(report.failures.at(0).message.size(), 4096U);
}

} // namespace
} // namespace cirque::feedback
