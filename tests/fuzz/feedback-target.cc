// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "feedback/annotations.hh"
#include "feedback/report.hh"
#include "feedback/xml.hh"
#include "tests/fuzz/target.hh"

#include <algorithm>

namespace cirque::fuzz {
namespace {

void check(const Result<feedback::TestReport>& report) {
    if (!report) {
        CIRQUE_ASSERT(!report.error().message.empty(), "a refusal must say why");
        return;
    }
    CIRQUE_ASSERT(report->passed >= 0 && report->failed >= 0 && report->skipped >= 0, "counts are counts");
    CIRQUE_ASSERT(report->duration.count() >= 0, "time does not run backwards");
    const auto named = static_cast<std::int64_t>(report->failures.size());
    CIRQUE_ASSERT(named <= report->failed && report->failures.size() <= feedback::mostFailures,
                  "what is named is counted");
    for (const event::TestCase& test : report->failures) {
        CIRQUE_ASSERT(test.message.size() <= 4096 && test.name.size() <= 512 && test.suite.size() <= 512,
                      "texts are bounded");
    }
}

std::vector<std::string> scan(std::string_view bytes, std::size_t piece) {
    std::vector<std::string> out;
    feedback::AnnotationScanner scanner;
    const feedback::AnnotationScanner::Found found = [&](const event::Annotation& one) {
        CIRQUE_ASSERT(one.level == "error" || one.level == "warning" || one.level == "notice",
                      "there are three levels");
        out.push_back(one.level + one.file + one.title + one.message);
    };
    while (!bytes.empty()) {
        scanner.feed(bytes.substr(0, piece), found);
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    scanner.finish(found);
    return out;
}

} // namespace

void junit(std::string_view bytes) {
    check(feedback::parseReport(bytes, "junit"));
    check(feedback::parseReport(bytes, ""));
}

void tap(std::string_view bytes) {
    check(feedback::parseReport(bytes, "tap"));
}

void gotest(std::string_view bytes) {
    check(feedback::parseReport(bytes, "gotest"));
}

void annotations(std::string_view bytes) {
    const std::vector<std::string> whole = scan(bytes, bytes.size());
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
        CIRQUE_ASSERT(scan(bytes, piece) == whole, "the pieces in which a log comes change nothing");
    }
}

} // namespace cirque::fuzz
