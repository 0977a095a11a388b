// SPDX-License-Identifier: Apache-2.0
#include "report/tui/rows.hh"

#include "base/text.hh"
#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace cirque::report::tui {
namespace {

constexpr std::array<std::string_view, 10> spinner{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::int64_t spinnerNanos = 125'000'000;
constexpr std::size_t timeWidth = 15; // "59m 59s of ~59m"
constexpr std::string_view notYet = "·";

std::string clean(std::string_view text) {
    return expandTabs(shown(text));
}

std::string wholeSeconds(Millis duration) {
    const std::int64_t seconds = std::max<std::int64_t>(duration.count(), 0) / 1000;
    return seconds < 60 ? fmt::format("{}s", seconds) : formatDuration(Millis(seconds * 1000));
}

std::string about(Millis duration) {
    return duration < Millis(1000) ? "~1s" : "~" + wholeSeconds(duration + Millis(500));
}

std::string_view turning(MonoTime now) {
    return spinner.at(static_cast<std::size_t>(spinnerPhase(now)) % spinner.size());
}

std::string pauseText(const Pause& pause, std::string_view what, MonoTime now) {
    const std::string of = pause.of > 0 ? fmt::format(" of {}", pause.of) : "";
    return fmt::format("{} {}{} in {}", what, pause.next, of, wholeSeconds(pause.until - now + Millis(999)));
}

// `fetched`: the word for paths that come, or go.
std::string progressText(const event::BuildProgress& build, std::string_view fetched = "fetched") {
    std::vector<std::string> parts;
    if (build.toBuild > 0) {
        parts.push_back(fmt::format("built {}/{}", build.built, build.toBuild));
    }
    if (build.toFetch > 0) {
        parts.push_back(fmt::format("{} {}/{}", fetched, build.fetched, build.toFetch));
    }
    if (build.bytesToFetch > 0) {
        parts.push_back(fmt::format("{} of {}", formatBytes(build.bytes), formatBytes(build.bytesToFetch)));
    }
    if (!build.current.empty()) {
        parts.push_back(clean(build.current));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string lastLine(const RunModel& model, const JobModel& job, int step) {
    const Tail* tail = model.tail(job, step);
    return tail == nullptr ? std::string() : expandTabs(tail->lastLine());
}

std::string waitsFor(const RunModel& model, const JobModel& job) {
    constexpr std::size_t most = 3;
    std::vector<std::string> open;
    std::size_t more = 0;
    for (const std::string& need : job.needs) {
        const JobModel* other = model.find(need);
        if (other != nullptr && other->state != JobState::Ended) {
            open.size() < most ? open.push_back(clean(need)) : static_cast<void>(++more);
        }
    }
    return open.empty() ? "waits"
                        : fmt::format("waits for {}{}", fmt::join(open, ", "), more > 0 ? ", …" : "");
}

int runningStep(const JobModel& job) {
    const auto found = std::ranges::find_if(job.steps, [](const StepModel& one) { return one.running; });
    return found == job.steps.end() ? -1 : static_cast<int>(found - job.steps.begin());
}

// What a step that is under way is at.
std::string stepDetail(const RunModel& model, const JobModel& job, int step, MonoTime now) {
    const StepModel& one = job.steps[static_cast<std::size_t>(step)];
    if (one.pause) {
        return pauseText(*one.pause, "try", now);
    }
    std::string out = one.tryNumber > 1 ? fmt::format("try {}: ", one.tryNumber) : "";
    return out +
           (job.build && job.build->ref.step == step ? progressText(*job.build) : lastLine(model, job, step));
}

// Which service a job waits for: to be up before its steps, to end after them.
std::string serviceDetail(const RunModel& model, const JobModel& job, int service) {
    const ServiceModel& one = job.services[*TryRef{job.name, 1, service, 1}.service()];
    const std::string name = clean(one.name);
    if (one.up) {
        return fmt::format("waits for {} to end", name);
    }
    std::string out = fmt::format("waits for {} to be up", name);
    if (job.services.size() > 1) {
        out += fmt::format(" ({} of {} are)", std::ranges::count(job.services, true, &ServiceModel::up),
                           job.services.size());
    }
    out += one.starts > 1 ? fmt::format(", start {}", one.starts) : "";
    const std::string said = lastLine(model, job, service);
    return said.empty() ? out : out + ": " + said;
}

std::string jobDetail(const RunModel& model, const JobModel& job, bool withSteps, MonoTime now) {
    if (job.pause) {
        return pauseText(*job.pause, "attempt", now);
    }
    if (job.cancelling) {
        return "is being cancelled";
    }
    if (job.provisioning) {
        const std::string at = job.build ? progressText(*job.build) : lastLine(model, job, -1);
        return at.empty() ? "gets its tools ready" : "tools: " + at;
    }
    const int step = runningStep(job);
    if (step < 0 && job.build && job.build->ref.step < 0) {
        return "to its place: " + progressText(*job.build, "copied");
    }
    if (const auto service = job.awaitedService(); service && step < 0) {
        return serviceDetail(model, job, *service);
    }
    if (withSteps || step < 0) {
        return job.attempt > 1 ? fmt::format("attempt {}", job.attempt) : std::string();
    }
    const std::string name = clean(model.stepName({job.name, job.attempt, step, 1}));
    const std::string detail = stepDetail(model, job, step, now);
    return detail.empty() ? name : name + ": " + detail;
}

// What a step said last before it failed.
std::string lastWordsOf(const JobModel& job, int step) {
    const auto failure = std::ranges::find(job.failures, step, &Failure::step);
    if (failure == job.failures.end()) {
        return {};
    }
    const auto line = std::find_if(failure->lines.rbegin(), failure->lines.rend(),
                                   [](const std::string& text) { return !trim(text).empty(); });
    return line == failure->lines.rend() ? std::string() : " · " + expandTabs(*line);
}

std::string runningTime(const JobModel& job, MonoTime now) {
    const std::string elapsed = job.started ? wholeSeconds(now - *job.started) : "";
    return job.expected ? fmt::format("{} of {}", elapsed, about(*job.expected)) : elapsed;
}

struct Cells {
    Style style = Style::Plain;
    std::string_view mark;
    std::string name;
    std::string time;
    Style detailStyle = Style::Dim;
    std::string detail;
};

Line row(const Cells& cells, bool selected, std::size_t indent, const Columns& widths) {
    Line line;
    line.add(selected ? Style::Bold : Style::Plain, selected ? ">" : " ");
    line.add(Style::Plain, std::string(indent, ' '));
    line.add(cells.style, std::string(cells.mark)).add(Style::Plain, " ");
    const std::size_t name = widths.name > indent ? widths.name - indent : 1;
    line.add(selected ? Style::Bold : Style::Plain, padColumns(cells.name, name)).add(Style::Plain, "  ");
    line.add(Style::Plain, padColumns(cells.time, timeWidth)).add(Style::Plain, " ");
    line.add(cells.detailStyle, cells.detail);
    line.fit(widths.room);
    return line;
}

} // namespace

std::int64_t spinnerPhase(MonoTime now) {
    return now.nanos / spinnerNanos;
}

Columns columnsFor(const RunModel& model, const std::vector<RowId>& rows, Size size) {
    Columns widths;
    widths.room = size.columns > 1 ? size.columns - 1 : 0; // the last column makes some terminals wrap
    const std::size_t most = std::clamp<std::size_t>(size.columns / 3, 8, 40);
    for (const RowId& one : rows) {
        const JobModel& job = model.jobs()[one.job];
        const bool step = one.step >= 0;
        const std::string& name = step ? job.steps[static_cast<std::size_t>(one.step)].name : job.name;
        widths.name = std::max(widths.name, std::min(most, columns(clean(name)) + (step ? 2 : 0)));
    }
    return widths;
}

Line jobRow(const RunModel& model, const JobModel& job, bool selected, bool withSteps, const Columns& widths,
            MonoTime now) {
    Cells cells;
    cells.name = clean(job.name);
    if (job.outcome) {
        cells.style = cells.detailStyle = styleOf(*job.outcome, job.tolerated);
        cells.mark = markOf(*job.outcome, job.tolerated);
        cells.time = job.started ? formatDuration(job.duration) : "-";
        cells.detail = clean(inWords(*job.outcome)) + (job.tolerated ? " (tolerated)" : "");
    } else if (job.state == JobState::Running) {
        cells.style = Style::Cyan;
        cells.mark = turning(now);
        cells.time = runningTime(job, now);
        cells.detail = jobDetail(model, job, withSteps, now);
    } else {
        cells.style = Style::Dim;
        cells.mark = notYet;
        cells.time = job.expected ? about(*job.expected) : "";
        cells.detail = job.state == JobState::Queued ? "waits for a slot" : waitsFor(model, job);
    }
    return row(cells, selected, 0, widths);
}

Line stepRow(const RunModel& model, const JobModel& job, int step, bool selected, const Columns& widths,
             MonoTime now) {
    const StepModel& one = job.steps[static_cast<std::size_t>(step)];
    Cells cells;
    cells.name = clean(model.stepName({job.name, job.attempt, step, 1}));
    if (one.outcome) {
        cells.style = styleOf(*one.outcome, false);
        cells.mark = markOf(*one.outcome, false);
        cells.time = one.outcome->kind == OutcomeKind::Skipped ? "-" : formatDuration(one.duration);
        cells.detailStyle = one.outcome->ok() ? Style::Dim : cells.style;
        cells.detail = clean(inWords(*one.outcome)) + lastWordsOf(job, step);
    } else if (one.running) {
        cells.style = Style::Cyan;
        cells.mark = turning(now);
        cells.time = wholeSeconds(now - one.started);
        cells.detail = stepDetail(model, job, step, now);
    } else {
        cells.style = Style::Dim;
        cells.mark = notYet;
        cells.detail = "to come";
    }
    return row(cells, selected, 2, widths);
}

std::vector<Line> logRowsOf(const LogWindow& log, std::size_t rows, const Columns& widths) {
    std::vector<Line> out;
    const auto add = [&](Style style, std::string text) {
        Line line;
        line.add(Style::Dim, "    │ ").add(style, std::move(text));
        line.fit(widths.room);
        out.push_back(std::move(line));
    };
    if (!log.problem.empty()) {
        add(Style::Yellow, clean(log.problem));
        return out;
    }
    for (const std::string& text : log.lines) {
        if (out.size() < rows) {
            add(Style::Plain, clean(text));
        }
    }
    if (log.lines.empty()) {
        add(Style::Dim, "nothing printed yet");
    } else if (log.below > 0) {
        add(Style::Dim, fmt::format("line {} of {}; G goes to the end", log.total - log.below, log.total));
    }
    return out;
}

Line countsRow(const RunModel& model, const Columns& widths, MonoTime now) {
    const Counts counts = model.counts();
    const auto part = [](Line& line, std::size_t count, std::string_view word, Style style) {
        if (count > 0) {
            line.add(Style::Dim, " · ").add(style, fmt::format("{} {}", count, word));
        }
    };
    Line line;
    line.add(Style::Cyan, std::string(turning(now))).add(Style::Plain, " ");
    line.add(Style::Bold, clean(model.name()).empty() ? "run" : fitColumns(clean(model.name()), 24));
    line.add(Style::Plain, " " + wholeSeconds(now - model.started()));
    part(line, counts.running, "running", Style::Cyan);
    part(line, counts.waiting, "waiting", Style::Plain);
    part(line, counts.good, "good", Style::Green);
    part(line, counts.failed, "failed", Style::Red);
    part(line, counts.tolerated, "tolerated", Style::Yellow);
    part(line, counts.cancelled, "cancelled", Style::Yellow);
    part(line, counts.skipped, "skipped", Style::Dim);
    if (model.cancelling()) {
        line.add(Style::Dim, " · ").add(Style::Yellow, "cancelling; Ctrl-C again ends at once");
    } else {
        line.add(Style::Dim, " · ? keys");
    }
    line.fit(widths.room);
    return line;
}

Line footRow(const RunModel& model, const Browse& browse, const Columns& widths) {
    Line line;
    if (browse.confirm && *browse.confirm < model.jobs().size()) {
        const std::string name = clean(model.jobs()[*browse.confirm].name);
        line.add(Style::Yellow,
                 fmt::format("press c again to cancel {}; any other key leaves it alone", name));
    } else if (browse.typing || !browse.filter.empty()) {
        line.add(Style::Bold, "/" + clean(browse.filter));
        line.add(Style::Dim,
                 browse.typing ? "▏ Enter keeps this filter, Esc drops it" : "  Esc drops this filter");
    } else if (!browse.message.empty()) {
        line.add(Style::Yellow, clean(browse.message));
    } else if (browse.help) {
        line.add(Style::Dim, "↑↓ select  ⏎ log  PgUp PgDn g G scroll  / filter  f failures  c cancel job  "
                             "q leave the view  Ctrl-C cancel the run");
    }
    line.fit(widths.room);
    return line;
}

Line moreRow(std::size_t hidden, const Columns& widths) {
    Line line;
    line.add(Style::Dim, "  … and " + countOf(hidden, "more job"));
    line.fit(widths.room);
    return line;
}

} // namespace cirque::report::tui
