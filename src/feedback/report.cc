// SPDX-License-Identifier: Apache-2.0
#include "feedback/report.hh"

#include "base/text.hh"
#include "feedback/go-test.hh"
#include "feedback/junit.hh"
#include "feedback/lines.hh"
#include "feedback/tap.hh"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cirque::feedback {
namespace {

struct Format {
    std::string_view name;
    Result<TestReport> (*parse)(std::string_view, const Texts&);
};

constexpr std::array<Format, 3> formats{{{"junit", parseJunit}, {"tap", parseTap}, {"gotest", parseGoTest}}};

// The name of the format that the content looks like; empty: none.
std::string_view detect(std::string_view bytes) {
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    constexpr int mostLines = 10'000; // a report may stand after other output
    if (bytes.starts_with(byteOrderMark)) {
        bytes.remove_prefix(byteOrderMark.size());
    }
    if (trim(bytes.substr(0, mostMessageBytes)).starts_with('<')) {
        return "junit";
    }
    std::string_view line;
    for (int i = 0; i < mostLines && nextLine(bytes, line); ++i) {
        if (isGoTestLine(line)) {
            return "gotest";
        }
        if (isTapLine(line)) {
            return "tap";
        }
    }
    return {};
}

} // namespace

void TestReport::addFailure(event::TestCase test, const Texts& texts) {
    ++failed;
    if (failures.size() < mostFailures) {
        test.suite = texts.name(test.suite);
        test.name = texts.name(test.name);
        test.file = texts.name(test.file);
        test.message = texts.message(test.message);
        failures.push_back(std::move(test));
    }
}

void TestReport::addFlaw(std::string why) {
    if (flaw.empty()) {
        flaw = std::move(why);
    }
}

Result<TestReport> parseReport(std::string_view bytes, std::string_view format, const Texts& texts) {
    if (trim(bytes).empty()) {
        return fail(ErrorCode::InvalidPlan, "it is empty");
    }
    const std::string_view wanted = format.empty() ? detect(bytes) : format;
    for (const Format& known : formats) {
        if (known.name == wanted) {
            Result<TestReport> report = known.parse(bytes, texts);
            if (report) {
                report->format = wanted;
            }
            return report;
        }
    }
    return fail(ErrorCode::InvalidPlan,
                format.empty() ? "it is neither JUnit XML nor TAP nor the output of go test -json"
                               : fmt::format("'{}' is no format of a test report", format),
                "give the report's format: junit, tap or gotest");
}

} // namespace cirque::feedback
