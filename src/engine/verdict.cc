// SPDX-License-Identifier: Apache-2.0
#include "engine/verdict.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::engine {
namespace {

struct Tally {
    int counted = 0;
    int failed = 0;
    int infrastructure = 0;
    int interrupted = 0;
    int bad = 0; // every row a green run may not have
};

bool skippedFor(const JobRow& row, SkipReason reason) {
    return row.outcome != nullptr && row.outcome->kind == OutcomeKind::Skipped && row.outcome->skip == reason;
}

Tally count(std::span<const JobRow> rows) {
    Tally tally;
    for (const JobRow& row : rows) {
        if (skippedFor(row, SkipReason::NotSelected)) {
            continue;
        }
        ++tally.counted;
        if (isGood(row, rows)) {
            continue;
        }
        ++tally.bad;
        if (row.outcome == nullptr) {
            continue;
        }
        tally.failed += row.outcome->kind == OutcomeKind::Failed ? 1 : 0;
        tally.infrastructure += row.outcome->kind == OutcomeKind::Infrastructure ? 1 : 0;
        tally.interrupted += row.outcome->kind == OutcomeKind::Interrupted ? 1 : 0;
    }
    return tally;
}

std::string jobs(int number, std::string_view what) {
    return fmt::format("{} job{} {}", number, number == 1 ? "" : "s", what);
}

Outcome firstInfrastructure(std::span<const JobRow> rows) {
    const auto found = std::find_if(rows.begin(), rows.end(), [](const JobRow& row) {
        return row.outcome != nullptr && row.outcome->kind == OutcomeKind::Infrastructure;
    });
    return found == rows.end() ? Outcome::infrastructure("") : *found->outcome;
}

Verdict judgeJobs(const RunRows& rows, const Tally& tally) {
    if (tally.failed > 0) {
        return {Outcome::failedWith(jobs(tally.failed, "failed")), 1};
    }
    if (rows.broken != nullptr) {
        return {*rows.broken, 3};
    }
    if (tally.infrastructure > 0) {
        return {firstInfrastructure(rows.jobs), 3};
    }
    if (tally.interrupted > 0) {
        return {Outcome::interrupted(), 3};
    }
    if (rows.cancelled) {
        return {Outcome::cancelled(), 1};
    }
    if (!rows.planComplete) {
        return {Outcome::infrastructure("the run ended before its plan was complete"), 3};
    }
    if (tally.counted == 0) {
        return {Outcome::failedWith("no job was run: the plan has none, or none was selected"), 1};
    }
    if (tally.bad > 0) {
        return {Outcome::failedWith(jobs(tally.bad, "did not run to a good end")), 1};
    }
    return {Outcome::succeeded(), 0};
}

} // namespace

bool isGood(const JobRow& row, std::span<const JobRow> all) {
    if (row.outcome == nullptr) {
        return false;
    }
    switch (row.outcome->kind) {
    case OutcomeKind::Succeeded:
    case OutcomeKind::Cached:
        return true;
    case OutcomeKind::Failed:
        return row.tolerated;
    case OutcomeKind::Skipped:
        break;
    case OutcomeKind::Cancelled:
    case OutcomeKind::Interrupted:
    case OutcomeKind::Infrastructure:
        return false;
    }
    if (row.outcome->skip == SkipReason::OwnCondition || row.outcome->skip == SkipReason::NotSelected) {
        return true;
    }
    // only a need that was itself skipped in a good way excuses; whether that need's own row is good is
    // judged there
    return row.outcome->skip == SkipReason::NeedSkipped &&
           std::any_of(row.needs.begin(), row.needs.end(), [&](int need) {
               const JobRow& other = all[static_cast<std::size_t>(need)];
               return skippedFor(other, SkipReason::OwnCondition) ||
                      skippedFor(other, SkipReason::NeedSkipped);
           });
}

Verdict judge(const RunRows& rows) {
    if (rows.signal != 0) {
        return {Outcome::cancelled(), 128 + rows.signal};
    }
    if (rows.deadline) {
        return {Outcome::failedTimeout("the workflow's deadline passed"), 124};
    }
    return judgeJobs(rows, count(rows.jobs));
}

} // namespace cirque::engine
