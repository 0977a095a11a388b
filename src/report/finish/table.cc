// SPDX-License-Identifier: Apache-2.0
// One row a job: outcome in words, what it took, whether it was the bottleneck, what was reused, its tests.
#include "base/columns.hh"
#include "history/layout.hh"
#include "report/finish/critical-path.hh"
#include "report/finish/parts.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace cirque::report::finish {
namespace {

constexpr std::size_t mostRows = 100; // beyond, jobs that succeeded are only counted
constexpr std::size_t mostOnPath = 12;

enum Column : std::size_t { Name, Words, Time, Notes };

constexpr std::size_t columnCount = 4;
constexpr std::array<std::size_t, columnCount> widest{48, 80, 12, 60};
constexpr std::size_t gap = 2;
constexpr std::size_t markWidth = 2;

struct Row {
    std::string_view mark;
    Style style = Style::Dim;
    std::array<std::string, columnCount> cells;
};

std::string notesOf(const JobModel& job) {
    std::vector<std::string> notes;
    if (!job.reusedFrom.empty()) {
        const auto run = RunId::parse(job.reusedFrom);
        notes.push_back(fmt::format("from run {}", run ? history::shortId(*run) : shown(job.reusedFrom)));
    }
    if (job.testsPassed + job.testsFailed + job.testsSkipped > 0) {
        notes.push_back(fmt::format("tests: {} passed, {} failed", job.testsPassed, job.testsFailed));
    }
    for (const Failure& failure : job.failures) {
        const auto service = TryRef{job.name, 1, failure.step, 1}.service();
        const std::string named = service && *service < job.services.size()
                                      ? fmt::format("service '{}'", shown(job.services[*service].name))
                                      : std::string();
        // the outcome tells of a step; that its service failed may be why
        if (!named.empty() && job.outcome && !shown(job.outcome->message).contains(named)) {
            notes.push_back(named + " failed");
        }
    }
    if (job.attempt > 1) {
        notes.push_back(fmt::format("{} attempts", job.attempt));
    }
    return fmt::format("{}", fmt::join(notes, "; "));
}

Row rowOf(const JobModel& job, bool critical) {
    Row row;
    row.mark = job.outcome ? markOf(*job.outcome, job.tolerated) : "?";
    row.style = job.outcome ? styleOf(*job.outcome, job.tolerated) : Style::Yellow;
    const std::string words = job.outcome ? shown(inWords(*job.outcome)) : "did not end";
    row.cells = {expandTabs(shown(job.name)), expandTabs(words) + (job.tolerated ? " (tolerated)" : ""),
                 job.started ? formatDuration(job.duration) + (critical ? " *" : "") : "-", notesOf(job)};
    return row;
}

// The widths of the columns; on a narrow terminal the widest gives way first.
std::array<std::size_t, columnCount> widthsOf(const std::vector<Row>& rows, std::size_t room) {
    std::array<std::size_t, columnCount> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < columnCount; ++i) {
            widths[i] = std::max(widths[i], std::min(columns(row.cells[i]), widest[i]));
        }
    }
    std::size_t total = markWidth + gap * (columnCount - 1);
    for (const std::size_t width : widths) {
        total += width;
    }
    for (; room > 0 && total > room; --total) {
        const auto largest = std::ranges::max_element(widths);
        if (*largest <= widths[Time]) {
            break;
        }
        --*largest;
    }
    return widths;
}

void appendRow(std::string& out, const Row& row, const std::array<std::size_t, columnCount>& widths,
               bool colour) {
    std::string line = paint(row.style, row.mark, colour) + ' ';
    std::size_t spaces = 0; // held back, so that no line ends in them
    for (std::size_t i = 0; i < columnCount; ++i) {
        const std::string text = fitColumns(row.cells[i], widths[i]);
        if (!text.empty()) {
            line.append(spaces, ' ');
            line += paint(i == Words ? row.style : Style::Plain, text, colour);
            spaces = 0;
        }
        spaces += widths[i] - columns(text) + gap;
    }
    out += line + '\n';
}

void appendPath(std::string& out, const RunModel& model, const CriticalPath& path,
                const FinishOptions& options) {
    if (path.jobs.empty()) {
        return;
    }
    std::vector<std::string> names;
    for (const std::size_t job : path.jobs) {
        if (names.size() == mostOnPath) {
            names.emplace_back("…");
            break;
        }
        names.push_back(expandTabs(shown(model.jobs()[job].name)));
    }
    const std::string head = fmt::format("* critical path, {}: ", formatDuration(path.duration));
    out += cut(head + fmt::format("{}", fmt::join(names, " → ")), options) + '\n';
}

} // namespace

void appendTable(std::string& out, const RunModel& model, const FinishOptions& options) {
    const std::vector<JobModel>& jobs = model.jobs();
    if (jobs.empty()) {
        return;
    }
    const CriticalPath path = criticalPath(model);
    std::vector<bool> critical(jobs.size(), false);
    for (const std::size_t job : path.jobs) {
        critical[job] = true;
    }
    std::vector<Row> rows{Row{" ", Style::Dim, {"job", "outcome", "time", ""}}};
    std::size_t left = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (jobs.size() > mostRows && jobs[i].outcome && jobs[i].outcome->ok()) {
            ++left;
        } else {
            rows.push_back(rowOf(jobs[i], critical[i]));
        }
    }
    const auto widths = widthsOf(rows, options.columns);
    out += '\n';
    for (const Row& row : rows) {
        appendRow(out, row, widths, options.colour);
    }
    out += left > 0 ? fmt::format("and {} more that succeeded\n", left) : "";
    appendPath(out, model, path, options);
}

} // namespace cirque::report::finish
