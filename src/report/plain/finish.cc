// SPDX-License-Identifier: Apache-2.0
// The end of a run: the table, what failed, the verdict.
#include "base/text.hh"
#include "history/layout.hh"
#include "report/plain/plain.hh"
#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t widestName = 48;
constexpr std::size_t widestOutcome = 80;
constexpr std::size_t mostRows = 100; // beyond, jobs that succeeded are only counted

// Characters, not bytes: good enough to line up columns.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void pad(std::string& out, std::string_view text, std::size_t to) {
    out += std::string(to > width(text) ? to - width(text) : 0, ' ');
}

struct Row {
    std::string name;
    std::string outcome;
    std::string_view colour;
    std::string duration;
};

} // namespace

void PlainListener::on(const event::Event& event, const event::RunFinished& body) {
    for (auto& [ref, one] : streams_) {
        one.finish(out_);
    }
    streams_.clear();
    lastStream_ = nullptr;
    table();
    failures(event.run);
    verdict(event, body);
}

void PlainListener::table() {
    std::vector<Row> rows;
    std::size_t left = 0;
    Row header{"job", "outcome", dim, "time"};
    std::size_t name = width(header.name);
    std::size_t outcome = width(header.outcome);
    for (const Job& one : jobs_) {
        if (jobs_.size() > mostRows && one.outcome && one.outcome->ok()) {
            ++left;
            continue;
        }
        Row row;
        row.name = ellipsize(shown(one.name), widestName);
        const std::string words = one.outcome ? inWords(*one.outcome) : "did not end";
        row.outcome = ellipsize(shown(words), widestOutcome) + (one.tolerated ? " (tolerated)" : "");
        row.colour = one.outcome ? colourOf(*one.outcome, one.tolerated) : yellow;
        row.duration = one.started ? formatDuration(one.duration) : "-";
        name = std::max(name, width(row.name));
        outcome = std::max(outcome, width(row.outcome));
        rows.push_back(std::move(row));
    }
    if (jobs_.empty()) {
        return;
    }
    rows.insert(rows.begin(), std::move(header));
    out_ += '\n';
    for (const Row& row : rows) {
        out_ += row.name;
        pad(out_, row.name, name + 2);
        out_ += painted(row.colour, row.outcome);
        pad(out_, row.outcome, outcome + 2);
        out_ += row.duration + '\n';
    }
    if (left > 0) {
        out_ += fmt::format("and {} more that succeeded\n", left);
    }
}

std::string PlainListener::address(const Job& job, int step, const std::string& name) const {
    const bool unique = std::ranges::count(job.steps, name) == 1;
    return fmt::format("{}/{}", job.name, unique ? name : fmt::format("{}", step + 1));
}

void PlainListener::failures(const RunId& run) {
    std::size_t shownInFull = 0;
    for (const Job& one : jobs_) {
        const auto end = failed_.upper_bound({one.name, INT32_MAX});
        if (failed_.lower_bound({one.name, 0}) == end && one.outcome && one.outcome->failed()) {
            // it failed outside its steps: the table has room for the beginning only
            out_ += '\n';
            say(one.name, "", words(*one.outcome));
            if (!one.outcome->hint.empty()) {
                out_ += fmt::format("  hint: {}\n", shown(one.outcome->hint));
            }
        }
        for (auto at = failed_.lower_bound({one.name, 0}); at != end; ++at) {
            const Failure& failure = at->second;
            const std::string command =
                fmt::format("cirque logs {} {}", history::shortId(run),
                            shellQuote(shown(address(one, at->first.second, failure.step))));
            if (shownInFull++ >= options_.failuresInFull) {
                say(one.name, failure.step, fmt::format("{}; see `{}`", words(failure.outcome), command));
                continue;
            }
            out_ += '\n';
            say(one.name, failure.step,
                words(failure.outcome) +
                    (failure.lines.empty() ? "; it printed nothing" : "; its last lines:"));
            for (const std::string& line : failure.lines) {
                out_ += "    " + line + '\n';
            }
            if (!failure.lines.empty()) {
                out_ += fmt::format("  all of them: {}\n", command);
            }
        }
    }
}

void PlainListener::verdict(const event::Event& event, const event::RunFinished& body) {
    std::vector<std::string> bad;
    std::size_t tolerated = 0;
    std::size_t skipped = 0;
    for (const Job& one : jobs_) {
        if (one.outcome && one.outcome->failed() && !one.tolerated) {
            bad.push_back(shown(one.name));
        }
        tolerated += one.tolerated ? 1 : 0;
        skipped += one.outcome && one.outcome->kind == OutcomeKind::Skipped ? 1 : 0;
    }
    // which jobs failed says more than that one did
    const bool said = !bad.empty() && body.outcome.kind == OutcomeKind::Failed && !body.outcome.timeout;
    std::string text = fmt::format("{} {}", shown(runName_), said ? "failed" : shown(inWords(body.outcome)));
    if (!bad.empty()) {
        constexpr std::size_t most = 5;
        const auto end = bad.begin() + static_cast<std::ptrdiff_t>(std::min(most, bad.size()));
        text += fmt::format("; {} of {} jobs failed: {}{}", bad.size(), jobs_.size(),
                            fmt::join(bad.begin(), end, ", "), bad.size() > most ? ", ..." : "");
    } else {
        text += fmt::format("; {} job{}", jobs_.size(), jobs_.size() == 1 ? "" : "s");
    }
    text += tolerated > 0 ? fmt::format(", {} failed and tolerated", tolerated) : "";
    text += skipped > 0 ? fmt::format(", {} skipped", skipped) : "";
    text += fmt::format("; {}", formatDuration(event.mono - runStart_));
    text += body.exitStatus != 0 ? fmt::format("; exit status {}", body.exitStatus) : "";
    out_ += '\n' + painted(colourOf(body.outcome), text) + '\n';
    if (!body.outcome.hint.empty()) {
        out_ += "hint: " + shown(body.outcome.hint) + '\n';
    }
}

} // namespace cirque::report
