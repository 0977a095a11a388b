// SPDX-License-Identifier: Apache-2.0
#include "history/feedback.hh"

#include <vector>

namespace cirque::history {

void Feedback::add(const event::TestsReported& body) {
    TestsSummary made{body.source, body.format, body.passed, body.failed, body.skipped, body.duration, {}};
    for (const event::TestCase& test : body.failures) {
        made.failures.push_back({test.suite, test.name, test.file, test.line, test.duration, test.message});
    }
    tests.push_back(std::move(made));
}

void Feedback::add(const event::Annotation& body) {
    annotations.push_back({body.ref.step, body.level, body.file, body.line, body.endLine, body.column,
                           body.title, body.message});
}

void Feedback::add(const event::SummaryWritten& body) {
    summaries.push_back({body.ref.step, body.text});
}

void Feedback::forget(int step) {
    std::erase_if(annotations, [&](const AnnotationSummary& one) { return one.step == step; });
    std::erase_if(summaries, [&](const StepNote& one) { return one.step == step; });
}

} // namespace cirque::history
