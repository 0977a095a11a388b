// SPDX-License-Identifier: Apache-2.0
#include "report/timeline/waterfall.hh"

#include "base/columns.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::report {
namespace {

using history::AttemptSpan;
using history::JobSpan;
using history::Micros;
using history::ServiceSpan;
using history::ServiceStart;
using history::StepSpan;
using history::Timeline;
using history::TrySpan;

enum class Cell : char { Empty, Queued, Around, Provision, Run, RunOther, Failed, Pause, Starts, Up, Broken };

struct Look {
    std::string_view mark;
    Style style;
    std::string_view meaning; // empty: another mark tells it
};

// by Cell; told apart by their shape, so that no colour is needed
constexpr std::array<Look, 11> looks{{
    {" ", Style::Plain, ""},
    {"·", Style::Dim, "waits for a slot"},
    {"─", Style::Dim, "around the steps"},
    {"░", Style::Cyan, "provision"},
    {"█", Style::Green, "step"},
    {"▓", Style::Green, "next step"},
    {"▚", Style::Red, "try that failed"},
    {"~", Style::Yellow, "pause before the next try"},
    {"╌", Style::Cyan, "service comes up"},
    {"═", Style::Cyan, "service is up"},
    {"╳", Style::Red, "service failed"},
}};

const Look& lookOf(Cell cell) {
    return looks[static_cast<std::size_t>(cell)];
}

Millis inMillis(Micros span) {
    return std::chrono::duration_cast<Millis>(span);
}

class Waterfall {
  public:
    Waterfall(const Timeline& timeline, const WaterfallOptions& options)
        : timeline_(timeline), options_(options), width_(std::max<std::size_t>(options.width, 40)),
          critical_(timeline.jobs.size(), false), used_(looks.size(), false) {
        path_ = history::criticalPath(timeline);
        for (const std::size_t job : path_) {
            critical_[job] = true;
        }
        measure();
    }

    std::string draw() {
        const std::string state(toString(timeline_.state));
        std::string head =
            fmt::format("{}  {}  {}", timeline_.name, timeline_.outcome ? inWords(*timeline_.outcome) : state,
                        formatDuration(inMillis(timeline_.length)));
        if (timeline_.evaluation) {
            head += fmt::format(", after {} of evaluation{}", formatDuration(timeline_.evaluation->duration),
                                timeline_.evaluation->cached ? " (as before)" : "");
        }
        out_ += fitted(head) + "\n";
        axis();
        for (std::size_t i = 0; i < timeline_.jobs.size(); ++i) {
            job(timeline_.jobs[i], critical_[i]);
        }
        legend();
        return std::move(out_);
    }

  private:
    void measure() {
        std::size_t rows = timeline_.jobs.size();
        std::size_t longest = 8;
        for (const JobSpan& job : timeline_.jobs) {
            longest = std::max(longest, columns(shown(job.name)) + 3);
            for (const AttemptSpan& attempt : job.attempts) {
                rows += attempt.steps.size() + attempt.services.size();
                for (const ServiceSpan& service : attempt.services) {
                    longest = std::max(longest, columns(shown(service.name)) + 5);
                }
                for (const StepSpan& step : attempt.steps) {
                    longest = std::max(longest, columns(shown(step.name)) + 5);
                }
            }
        }
        withSteps_ = rows <= options_.mostRows;
        names_ = std::min(longest, width_ * 3 / 10);
        constexpr std::size_t right = 10; // a duration and the space before it
        bars_ = width_ - names_ - 2 - right;
    }

    [[nodiscard]] std::size_t cellOf(Micros at) const {
        const auto length = std::max<std::int64_t>(timeline_.length.count(), 1);
        const auto cell = static_cast<std::size_t>(std::max<std::int64_t>(at.count(), 0) *
                                                   static_cast<std::int64_t>(bars_) / length);
        return std::min(cell, bars_ - 1);
    }

    // At least one cell, so that what was short is still seen.
    void paint(std::vector<Cell>& bar, Micros from, std::optional<Micros> to, Cell cell) const {
        const std::size_t first = cellOf(from);
        const std::size_t last = std::max(first + 1, cellOf(to.value_or(timeline_.length) - Micros(1)) + 1);
        std::fill(bar.begin() + static_cast<std::ptrdiff_t>(first),
                  bar.begin() + static_cast<std::ptrdiff_t>(last), cell);
    }

    void paintStep(std::vector<Cell>& bar, const StepSpan& step, Cell cell) const {
        for (std::size_t i = 0; i < step.tries.size(); ++i) {
            const TrySpan& one = step.tries[i];
            if (i > 0) {
                paint(bar, step.tries[i - 1].end.value_or(one.start), one.start, Cell::Pause);
            }
            paint(bar, one.start, one.end, one.outcome && one.outcome->failed() ? Cell::Failed : cell);
        }
    }

    void paintService(std::vector<Cell>& bar, const ServiceSpan& service, std::optional<Micros> until) const {
        for (std::size_t i = 1; i < service.starts.size(); ++i) {
            const Micros next = service.starts[i].start;
            paint(bar, service.starts[i - 1].end.value_or(next), next, Cell::Pause);
        }
        for (const ServiceStart& one : service.starts) {
            const std::optional<Micros> end = one.end ? one.end : until;
            paint(bar, one.start, end, Cell::Starts);
            if (one.up) {
                paint(bar, *one.up, end, Cell::Up);
            }
            if (one.outcome && one.outcome->failed()) {
                const Micros last = end.value_or(timeline_.length);
                paint(bar, last - Micros(1), last, Cell::Broken);
            }
        }
    }

    void paintAttempt(std::vector<Cell>& bar, const AttemptSpan& attempt) const {
        if (attempt.queued && *attempt.queued < attempt.start) {
            paint(bar, *attempt.queued, attempt.start, Cell::Queued);
        }
        paint(bar, attempt.start, attempt.end, Cell::Around);
        if (attempt.provisionStart) {
            paint(bar, *attempt.provisionStart, attempt.provisionEnd ? attempt.provisionEnd : attempt.end,
                  Cell::Provision);
        }
        if (const auto starting = attempt.startingServices(timeline_.length)) {
            paint(bar, starting->first, starting->second, Cell::Starts);
        }
        for (std::size_t i = 0; i < attempt.steps.size(); ++i) {
            paintStep(bar, attempt.steps[i], i % 2 == 0 ? Cell::Run : Cell::RunOther);
        }
    }

    void job(const JobSpan& job, bool critical) {
        std::vector<Cell> bar(bars_, Cell::Empty);
        const AttemptSpan* before = nullptr;
        for (const AttemptSpan& attempt : job.attempts) {
            if (before != nullptr && before->end) {
                paint(bar, *before->end, attempt.queued.value_or(attempt.start), Cell::Pause);
            }
            paintAttempt(bar, attempt);
            before = &attempt;
        }
        if (job.queued) {
            paint(bar, *job.queued, job.finished, Cell::Queued);
        }
        std::string note;
        if (job.attempts.empty() && !job.queued && job.outcome) {
            note = inWords(*job.outcome) +
                   (job.reusedFrom.empty() ? "" : ", as in run " + job.reusedFrom.substr(0, 13));
        }
        const auto took = job.duration(timeline_.length);
        const Style style = job.outcome ? styleOf(*job.outcome, job.tolerated) : Style::Plain;
        const std::string_view mark = job.outcome ? markOf(*job.outcome, job.tolerated) : " ";
        row(fmt::format("{}{} {}", critical ? '*' : ' ', mark, shown(job.name)), style, bar, note, took);
        for (const AttemptSpan& attempt : job.attempts) {
            if (withSteps_) {
                services(attempt);
                steps(attempt);
            }
        }
    }

    void services(const AttemptSpan& attempt) {
        for (const ServiceSpan& service : attempt.services) {
            std::vector<Cell> bar(bars_, Cell::Empty);
            const std::optional<Micros> end = service.end ? service.end : attempt.end;
            paintService(bar, service, end);
            const bool ran = !service.starts.empty();
            row("     " + shown(service.name), Style::Plain, bar,
                ran || !service.outcome ? "" : inWords(*service.outcome),
                ran ? std::optional(end.value_or(timeline_.length) - service.starts.front().start)
                    : std::nullopt);
        }
    }

    void steps(const AttemptSpan& attempt) {
        for (std::size_t i = 0; i < attempt.steps.size(); ++i) {
            const StepSpan& step = attempt.steps[i];
            std::vector<Cell> bar(bars_, Cell::Empty);
            paintStep(bar, step, i % 2 == 0 ? Cell::Run : Cell::RunOther);
            const bool ran = !step.tries.empty();
            const std::optional<Micros> took =
                ran ? std::optional(step.end.value_or(timeline_.length) - step.tries.front().start)
                    : std::nullopt;
            row("     " + shown(step.name), Style::Plain, bar,
                ran || !step.outcome ? "" : inWords(*step.outcome), took);
        }
    }

    void row(const std::string& name, Style style, const std::vector<Cell>& bar, const std::string& note,
             std::optional<Micros> took) {
        out_ += painted(style, padColumns(name, names_)) + " ";
        if (!note.empty()) {
            out_ += painted(Style::Dim, padColumns(shown(note), bars_));
        } else {
            appendBar(bar);
        }
        out_ += fmt::format(" {:>9}", took ? formatDuration(inMillis(*took)) : "-");
        out_ += '\n';
    }

    void appendBar(const std::vector<Cell>& bar) {
        for (std::size_t i = 0; i < bar.size();) {
            std::size_t end = i;
            std::string run;
            for (; end < bar.size() && bar[end] == bar[i]; ++end) {
                run += lookOf(bar[i]).mark;
            }
            out_ += painted(lookOf(bar[i]).style, run);
            used_[static_cast<std::size_t>(bar[i])] = true;
            i = end;
        }
    }

    // 0s at the left, the run's length at the right, and the middle when there is room.
    void axis() {
        const std::string end = formatDuration(inMillis(timeline_.length));
        const std::string middle = formatDuration(inMillis(timeline_.length / 2));
        std::string line = "0s";
        const std::size_t half = bars_ / 2;
        if (half > line.size() + 2 && bars_ > half + middle.size() + end.size() + 2) {
            line.append(half - line.size(), ' ');
            line += middle;
        }
        line.append(bars_ > line.size() + end.size() ? bars_ - line.size() - end.size() : 1, ' ');
        out_ += std::string(names_ + 1, ' ') + painted(Style::Dim, line + end) + "\n";
    }

    void legend() {
        std::string line;
        for (std::size_t i = 1; i < looks.size(); ++i) {
            if (!used_[i]) {
                continue;
            }
            const std::string entry = fmt::format("{} {}", looks[i].mark, looks[i].meaning);
            if (columns(line) + columns(entry) + 2 > width_) {
                out_ += painted(Style::Dim, line) + "\n";
                line.clear();
            }
            line += (line.empty() ? "" : "  ") + entry;
        }
        out_ += line.empty() ? "" : painted(Style::Dim, line) + "\n";
        if (!withSteps_) {
            out_ += fitted("steps and services are left out: there are too many lines") + "\n";
        }
        if (!timeline_.damage.empty()) {
            out_ += fitted("the journal could not be read to its end: " + shown(timeline_.damage)) + "\n";
        }
        if (path_.empty()) {
            return;
        }
        Micros total{0};
        std::string names;
        for (const std::size_t job : path_) {
            total += timeline_.jobs[job].duration(timeline_.length).value_or(Micros(0));
            names += (names.empty() ? "" : " → ") + shown(timeline_.jobs[job].name);
        }
        out_ += fitted(fmt::format("* critical path, {}: {}", formatDuration(inMillis(total)), names)) + "\n";
    }

    [[nodiscard]] std::string fitted(const std::string& text) const {
        return fitColumns(shown(text), width_);
    }

    [[nodiscard]] std::string painted(Style style, const std::string& text) const {
        return report::paint(style, text, options_.colour);
    }

    const Timeline& timeline_;
    const WaterfallOptions& options_;
    std::size_t width_;
    std::size_t names_ = 0; // columns
    std::size_t bars_ = 0;
    bool withSteps_ = true;
    std::vector<std::size_t> path_;
    std::vector<bool> critical_;
    std::vector<bool> used_; // marks that stand somewhere, by Cell
    std::string out_;
};

} // namespace

std::string toWaterfall(const history::Timeline& timeline, const WaterfallOptions& options) {
    return Waterfall(timeline, options).draw();
}

} // namespace cirque::report
