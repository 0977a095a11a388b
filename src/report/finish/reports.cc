// SPDX-License-Identifier: Apache-2.0
// What steps told about themselves: tests, annotations, summaries.
#include "base/columns.hh"
#include "base/text.hh"
#include "report/finish/parts.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::report::finish {
namespace {

constexpr std::size_t mostTests = 20;
constexpr std::size_t mostAnnotations = 20;
constexpr std::size_t mostSummaryLines = 40; // of one summary

std::string firstLine(std::string_view text) {
    const std::string_view trimmed = trim(text);
    return expandTabs(shown(trimmed.substr(0, trimmed.find('\n'))));
}

std::string place(std::string_view file, std::int64_t line) {
    return line > 0 ? fmt::format("{}:{}", shown(file), line) : shown(file);
}

struct LevelLook {
    std::string_view level;
    std::string_view mark;
    Style style;
};

constexpr std::array<LevelLook, 3> levels{
    {{"error", "✗", Style::Red}, {"warning", "!", Style::Yellow}, {"notice", "·", Style::Dim}}};

const LevelLook& lookOf(std::string_view level) {
    const auto found = std::ranges::find(levels, level, &LevelLook::level);
    return found == levels.end() ? levels.back() : *found;
}

std::string testLine(const event::TestsReported& report, const event::TestCase& one) {
    const std::string name =
        one.suite.empty() ? shown(one.name) : fmt::format("{} › {}", shown(one.suite), shown(one.name));
    const std::string where = one.file.empty() ? "" : fmt::format(" ({})", place(one.file, one.line));
    return fmt::format("{}{}, job {}", name, where, shown(report.job));
}

} // namespace

void appendTests(std::string& out, const RunModel& model, const FinishOptions& options) {
    if (model.tests().empty()) {
        return;
    }
    std::int64_t passed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    for (const event::TestsReported& report : model.tests()) {
        passed += report.passed;
        failed += report.failed;
        skipped += report.skipped;
    }
    out += '\n';
    out += paint(failed > 0 ? Style::Red : Style::Green,
                 fmt::format("tests: {} passed, {} failed, {} skipped", passed, failed, skipped),
                 options.colour) +
           '\n';
    std::size_t listed = 0;
    for (const event::TestsReported& report : model.tests()) {
        for (const event::TestCase& one : report.failures) {
            if (listed++ >= mostTests) {
                continue;
            }
            out += cut(fmt::format("  ✗ {}", testLine(report, one)), options) + '\n';
            if (const std::string why = firstLine(one.message); !why.empty()) {
                out += cut("      " + why, options) + '\n';
            }
        }
    }
    // a report names its first hundred failures only
    const auto named = static_cast<std::int64_t>(std::min(listed, mostTests));
    if (failed > named) {
        out += fmt::format("  and {} more that failed\n", failed - named);
    }
}

void appendAnnotations(std::string& out, const RunModel& model, const FinishOptions& options) {
    const auto& all = model.annotations();
    if (all.empty()) {
        return;
    }
    out += fmt::format("\nannotations: {}\n", all.size() + model.annotationsLeftOut());
    std::size_t listed = 0;
    for (const LevelLook& level : levels) { // errors first
        for (const event::Annotation& one : all) {
            if (&lookOf(one.level) != &level || listed >= mostAnnotations) {
                continue;
            }
            ++listed;
            std::string text = fmt::format("  {} {}", level.mark, level.level);
            text += one.file.empty() ? "" : " " + place(one.file, one.line);
            text += one.title.empty() ? "" : ": " + firstLine(one.title);
            text += ": " + firstLine(one.message);
            out += paint(level.style, cut(std::move(text), options), options.colour) + '\n';
        }
    }
    if (const std::size_t rest = all.size() + model.annotationsLeftOut() - listed; rest > 0) {
        out += fmt::format("  and {} more\n", rest);
    }
}

void appendSummaries(std::string& out, const RunModel& model, const FinishOptions& options) {
    for (const event::SummaryWritten& one : model.summaries()) {
        const std::string name = fmt::format("{}/{}", one.ref.job, model.stepName(one.ref));
        out += fmt::format("\nsummary of {}\n", shown(name));
        std::size_t count = 0;
        const std::vector<std::string_view> lines = split(trim(one.text), '\n');
        for (const std::string_view line : lines) {
            if (count++ == mostSummaryLines) {
                out += fmt::format("    and {} more\n", countOf(lines.size() - mostSummaryLines, "line"));
                break;
            }
            const std::string text = expandTabs(shown(line));
            out += (trim(text).empty() ? std::string() : cut("    " + text, options)) + '\n';
        }
    }
}

} // namespace cirque::report::finish
