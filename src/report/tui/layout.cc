// SPDX-License-Identifier: Apache-2.0
#include "report/tui/layout.hh"

#include "report/tui/rows.hh"

#include <algorithm>
#include <array>
#include <utility>

namespace cirque::report::tui {
namespace {

// How much is said about a job when there is room for less and less.
enum class Detail { AllSteps, StepsAtWork, JobsOnly };

struct Shown {
    std::size_t job = 0;
    std::vector<RowId> rows; // the job's own first
    std::size_t extra = 0;   // rows of its log
    int rank = 0;            // the lowest stays longest
};

bool atWork(const StepModel& step) {
    return step.running || (step.outcome && step.outcome->failed());
}

bool concerns(const std::optional<RowId>& row, std::size_t job) {
    return row && row->job == job;
}

// Jobs that have ended well have left the block: they are above it, and in the counts.
bool isListed(const JobModel& job, std::size_t place, const Browse& browse) {
    const bool over = job.outcome && !job.outcome->failed();
    return passesFilter(job, browse) &&
           (!over || !browse.filter.empty() || concerns(browse.selected, place) ||
            concerns(browse.expanded, place));
}

int rankOf(const JobModel& job, std::size_t place, const Browse& browse) {
    if (concerns(browse.selected, place) || concerns(browse.expanded, place)) {
        return 0;
    }
    if (job.state == JobState::Running) {
        return 1;
    }
    if (job.outcome && job.outcome->failed()) {
        return 2;
    }
    return job.state == JobState::Queued ? 3 : job.state == JobState::Waiting ? 4 : 5;
}

void addSteps(Shown& one, const JobModel& job, const Browse& browse, Detail detail) {
    const bool open = concerns(browse.selected, one.job) || concerns(browse.expanded, one.job);
    const bool alive = job.state == JobState::Running || !job.failures.empty();
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        const RowId row{one.job, static_cast<int>(i)};
        const bool chosen = browse.selected == row || browse.expanded == row;
        const bool wanted = detail == Detail::AllSteps ? alive || open : atWork(job.steps[i]);
        // the row of a job with a single step says all about it
        if (chosen || (wanted && detail != Detail::JobsOnly && (job.steps.size() > 1 || open))) {
            one.rows.push_back(row);
        }
    }
}

// Jobs that could be listed, at most one more than fit.
std::size_t countListed(const RunModel& model, const Browse& browse, std::size_t room) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < model.jobs().size() && count <= room; ++i) {
        count += isListed(model.jobs()[i], i, browse) ? 1 : 0;
    }
    return count;
}

std::vector<Shown> collect(const RunModel& model, const Browse& browse, const LogWindow& log, Size size,
                           Detail detail) {
    std::vector<Shown> out;
    const std::vector<JobModel>& jobs = model.jobs();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!isListed(jobs[i], i, browse)) {
            continue;
        }
        Shown one{i, {{i, -1}}, 0, rankOf(jobs[i], i, browse)};
        addSteps(one, jobs[i], browse, detail);
        if (concerns(browse.expanded, i)) {
            one.extra = std::min(logRows(size), log.lines.size()) + 1;
        }
        out.push_back(std::move(one));
    }
    return out;
}

std::size_t heightOf(const std::vector<Shown>& all) {
    std::size_t rows = 0;
    for (const Shown& one : all) {
        rows += one.rows.size() + one.extra;
    }
    return rows;
}

// Keeps what matters most within `room` rows; returns how many jobs had to go.
std::size_t choose(std::vector<Shown>& all, std::size_t room) {
    if (heightOf(all) <= room) {
        return 0;
    }
    std::ranges::sort(all, {}, [](const Shown& one) { return std::pair(one.rank, one.job); });
    std::size_t used = 1; // the row that counts the rest
    std::size_t keep = 0;
    while (keep < all.size() && used + all[keep].rows.size() + all[keep].extra <= room) {
        used += all[keep].rows.size() + all[keep].extra;
        ++keep;
    }
    const std::size_t gone = all.size() - keep;
    all.resize(keep);
    std::ranges::sort(all, {}, &Shown::job);
    return gone;
}

} // namespace

std::size_t logRows(Size size) {
    return std::clamp<std::size_t>(size.rows / 2, 3, 24);
}

std::vector<Line> layout(const RunModel& model, const Browse& browse, const LogWindow& log, Size size,
                         MonoTime now) {
    std::vector<Shown> all;
    const std::size_t most = size.rows > 1 ? size.rows - 1 : 1;
    const std::size_t room = most > 2 ? most - 2 : 0; // the counts and what is said below them
    const bool crowded = countListed(model, browse, room) > room;
    for (const Detail detail : std::array{Detail::AllSteps, Detail::StepsAtWork, Detail::JobsOnly}) {
        if (crowded && detail != Detail::JobsOnly) {
            continue;
        }
        all = collect(model, browse, log, size, detail);
        if (heightOf(all) <= room) {
            break;
        }
    }
    const std::size_t gone = choose(all, room);
    std::vector<RowId> rows;
    for (const Shown& one : all) {
        rows.insert(rows.end(), one.rows.begin(), one.rows.end());
    }
    const Columns widths = columnsFor(model, rows, size);
    std::vector<Line> lines;
    for (const Shown& one : all) {
        const JobModel& job = model.jobs()[one.job];
        for (const RowId& row : one.rows) {
            const bool selected = browse.selected == row;
            lines.push_back(row.step < 0 ? jobRow(model, job, selected, one.rows.size() > 1, widths, now)
                                         : stepRow(model, job, row.step, selected, widths, now));
            if (browse.expanded == row) {
                std::ranges::move(logRowsOf(log, logRows(size), widths), std::back_inserter(lines));
            }
        }
    }
    if (gone > 0 && room > 0) {
        lines.push_back(moreRow(gone, widths));
    }
    lines.push_back(countsRow(model, widths, now));
    if (Line foot = footRow(model, browse, widths); foot.width() > 0 && lines.size() < most) {
        lines.push_back(std::move(foot));
    }
    return lines;
}

} // namespace cirque::report::tui
