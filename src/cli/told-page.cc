// SPDX-License-Identifier: Apache-2.0
#include "cli/told-page.hh"

#include "base/text.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

using report::shown;

std::string firstLine(std::string_view text) {
    const std::string_view trimmed = trim(text);
    return shown(trimmed.substr(0, trimmed.find('\n')));
}

std::string place(std::string_view file, std::int64_t line) {
    return line > 0 ? fmt::format("{}:{}", shown(file), line) : shown(file);
}

void appendTests(std::string& out, const history::TestsSummary& tests) {
    out += fmt::format("      tests {}: {} passed, {} failed, {} skipped\n", shown(tests.source),
                       tests.passed, tests.failed, tests.skipped);
    for (const history::FailedTest& test : tests.failures) {
        const std::string suite = test.suite.empty() ? "" : shown(test.suite) + " > ";
        const std::string where = test.file.empty() ? "" : fmt::format(" ({})", place(test.file, test.line));
        out += fmt::format("        failed {}{}{}\n", suite, shown(test.name), where);
        if (const std::string why = firstLine(test.message); !why.empty()) {
            out += fmt::format("          {}\n", why);
        }
    }
    const std::int64_t more = tests.failed - std::ssize(tests.failures);
    out += more > 0 ? fmt::format("        and {} more\n", more) : "";
}

} // namespace

std::string toldBelow(const history::JobSummary& job) {
    std::string out;
    for (const history::TestsSummary& tests : job.told.tests) {
        appendTests(out, tests);
    }
    for (const history::AnnotationSummary& one : job.told.annotations) {
        const std::string where = one.file.empty() ? "" : place(one.file, one.line) + ": ";
        const std::string title = one.title.empty() ? "" : firstLine(one.title) + ": ";
        out += fmt::format("      {} {}{}{}\n", one.level, where, title, firstLine(one.message));
    }
    return out;
}

std::string summariesOf(const history::RunSummary& run) {
    std::string out;
    for (const history::JobSummary& job : run.jobs) {
        for (const history::StepNote& note : job.told.summaries) {
            const auto step = static_cast<std::size_t>(note.step);
            out += fmt::format("\nsummary of {}/{}\n", shown(job.name),
                               step < job.steps.size() ? shown(job.steps[step].name) : "");
            for (const std::string_view line : split(trim(note.text), '\n')) {
                out += fmt::format("  {}\n", shown(line));
            }
        }
    }
    return out;
}

} // namespace cirque::cli
