// SPDX-License-Identifier: Apache-2.0
// Wherever a text is cut, no part of a secret is left of it.
#include "feedback/annotations.hh"
#include "tests/unit/feedback/samples.hh"

#include <fmt/format.h>

namespace cirque::feedback {
namespace {

const std::string secret = R"(SECRET:"<0123456789>&abcdefghijklmnop)";
const std::string inXml = "SECRET:&quot;&lt;0123456789&#x3e;&amp;abcdefghijklmnop";
const std::string inJson = R"(SECRET:\"<0123456789\u003e&abcdefghijklmnop)";

std::string withoutSecret(std::string_view text) {
    std::string out(text);
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret)) {
        out.replace(at, secret.size(), "***");
    }
    return out;
}

const Texts texts{withoutSecret};

// Not even four bytes of it.
bool tells(std::string_view text) {
    for (std::size_t at = 0; at + 4 <= secret.size(); ++at) {
        if (text.contains(std::string_view(secret).substr(at, 4))) {
            return true;
        }
    }
    return false;
}

std::string allOf(std::string_view bytes, std::string_view format) {
    const Result<TestReport> report = parseReport(bytes, format, texts);
    if (!report) {
        return report.error().text();
    }
    std::string all = report->flaw;
    for (const event::TestCase& test : report->failures) {
        all += fmt::format("\n{}\n{}\n{}\n{}", test.suite, test.name, test.file, test.message);
    }
    return all;
}

// A secret at every distance from a cut at `limit`, in each of `shapes`, "@" being where it stands.
void expectSilent(std::string_view format, std::string_view written, const std::vector<std::string>& shapes,
                  std::size_t limit) {
    for (const std::string& shape : shapes) {
        const std::size_t at = shape.find('@');
        for (std::size_t before = limit - secret.size() - 8; before < limit + 4; ++before) {
            const std::string text =
                shape.substr(0, at) + std::string(before, 'x') + std::string(written) + shape.substr(at + 1);
            const std::string told = allOf(text, format);
            ASSERT_FALSE(told.empty()) << shape;
            ASSERT_FALSE(tells(told)) << shape << " with " << before << " bytes before the secret";
        }
    }
}

TEST(Secrets, AreNotCutInJunit) {
    expectSilent("junit", inXml,
                 {"<testsuite><testcase name='n'><failure message='@ and more'/></testcase></testsuite>",
                  "<testsuite><testcase name='n'><failure>@ and more</failure></testcase></testsuite>"},
                 mostMessageBytes);
    expectSilent("junit", inXml,
                 {"<testsuite><testcase name='@ and more'><failure/></testcase></testsuite>",
                  "<testsuite><testcase name='n' file='@ and more'><failure/></testcase></testsuite>",
                  "<testsuite name='@ and more'><testcase name='n'><failure/></testcase></testsuite>",
                  "<testsuite name='@ and more' tests='9'><testcase name='n'/></testsuite>"},
                 mostNameBytes);
    const std::string half(mostMessageBytes - 20, 'x');
    EXPECT_FALSE(tells(allOf("<testsuite><testcase name='n'><failure>" + half +
                                 "SECRET:&quot;<![CDATA[<0123456789>&"
                                 "abcdefghijklmnop]]></failure></testcase></testsuite>",
                             "junit")));
    EXPECT_FALSE(tells(allOf("<testsuite><testcase name='SECRET:<0123456789", "junit")));
    EXPECT_FALSE(tells(allOf("<testsuite><testcase name='x&abcdefghijklmnop;'/></testsuite>", "junit")));
}

TEST(Secrets, AreNotCutInTap) {
    expectSilent("tap", secret,
                 {"1..1\nnot ok 1\n# @ and more\n", "1..1\nnot ok 1\n  ---\n  message: @\n  ...\n",
                  "1..1\n    not ok 1\n    # @\n    1..1\nnot ok 1\n", "1..1\nBail out! @\n"},
                 mostMessageBytes);
    expectSilent("tap", secret,
                 {"1..1\nnot ok 1 - @ and more\n", "1..1\n    not ok 1\n    1..1\nnot ok 1 - @ and more\n"},
                 mostNameBytes);
}

std::string goOutput(std::string_view output) {
    return fmt::format(R"({{"Action":"output","Package":"p","Test":"T","Output":"{}"}})"
                       "\n",
                       output);
}

TEST(Secrets, AreNotCutInGosOutput) {
    const std::string failed = R"({"Action":"fail","Package":"p","Test":"T"})"
                               "\n"
                               R"({"Action":"fail","Package":"p"})";
    const std::string filled = std::string(3 * mostMessageBytes, 'y');
    for (std::size_t after = mostMessageBytes - secret.size() - 4; after < mostMessageBytes + 4; ++after) {
        const std::string end(after, 'x');
        ASSERT_FALSE(tells(allOf(goOutput(filled + inJson + end) + failed, "gotest"))) << after;
        const std::string parts = goOutput(filled + inJson.substr(0, 20)) + goOutput(inJson.substr(20) + end);
        ASSERT_FALSE(tells(allOf(parts + failed, "gotest"))) << after << ", in two records";
        ASSERT_FALSE(tells(allOf(R"({"ImportPath":"b","Action":"build-output","Output":")" + inJson + end +
                                     "\"}\n"
                                     R"({"ImportPath":"b","Action":"build-fail"})",
                                 "gotest")))
            << after;
    }
    expectSilent("gotest", inJson,
                 {R"({"Action":"fail","Package":"p","Test":"@ and more"})"
                  "\n"
                  R"({"Action":"fail","Package":"p"})",
                  R"({"Action":"fail","Package":"@ and more"})",
                  R"({"Action":"start","Package":"@ and more"})"},
                 mostNameBytes);
}

TEST(Secrets, AreNotCutInAnnotations) {
    const std::string escaped = "SECRET%3A\"<0123456789>&abcdefghijklmnop";
    const std::string name(mostNameBytes - 20, 'x');
    const std::string message(mostMessageBytes - 20, 'x');
    std::string told;
    AnnotationScanner scanner(texts);
    scanner.feed(fmt::format("::error file={1}{2},title={0}{2}::{1}{3}\n", name, message, escaped, secret),
                 [&](const event::Annotation& one) { told += one.file + one.title + one.message; });
    EXPECT_TRUE(told.contains("***"));
    EXPECT_FALSE(tells(told));
}

} // namespace
} // namespace cirque::feedback
