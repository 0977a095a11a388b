// SPDX-License-Identifier: Apache-2.0
#include "report/explain/reasons.hh"

#include "base/text.hh"
#include "plan/condition.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>

namespace cirque::report {
namespace {

using history::JobSpan;
using history::Mark;
using history::Timeline;

bool isFailed(const JobSpan& job) {
    return job.outcome && job.outcome->failed() && !job.tolerated;
}

bool isCancelled(const JobSpan& job) {
    return job.outcome &&
           (job.outcome->kind == OutcomeKind::Cancelled || job.outcome->kind == OutcomeKind::Interrupted ||
            job.outcome->skip == SkipReason::Cancelled);
}

// Breadth first over the needs; the way from `job` to the nearest that fits.
const JobSpan* nearestNeed(const Timeline& timeline, const JobSpan& job,
                           const std::function<bool(const JobSpan&)>& fits, std::vector<std::string>& path) {
    std::unordered_map<std::string_view, const JobSpan*> byName;
    for (const JobSpan& one : timeline.jobs) {
        byName.emplace(one.name, &one);
    }
    std::vector<const JobSpan*> open{&job};
    std::unordered_map<const JobSpan*, const JobSpan*> from{{&job, nullptr}};
    for (std::size_t next = 0; next < open.size(); ++next) {
        const JobSpan* here = open[next];
        if (here != &job && fits(*here)) {
            for (const JobSpan* step = here; step != nullptr; step = from.at(step)) {
                path.push_back(step->name);
            }
            std::ranges::reverse(path);
            return here;
        }
        for (const std::string& need : here->needs) {
            const auto found = byName.find(need);
            if (found != byName.end() && from.try_emplace(found->second, here).second) {
                open.push_back(found->second);
            }
        }
    }
    return nullptr;
}

// ", which it needs through 'b' and 'c',", or "" for a direct need.
std::string throughWords(const std::vector<std::string>& path) {
    if (path.size() <= 2) {
        return "";
    }
    const std::vector<std::string> between(path.begin() + 1, path.end() - 1);
    return fmt::format(", which it needs through {},", listed(between));
}

struct CancelWords {
    std::string_view reason;
    std::string_view words;
};

constexpr std::array<CancelWords, 3> cancelWords{{
    {"fail-fast", "another job failed and the run was started with --fail-fast"},
    {"deadline", "the workflow's deadline passed"},
    {"SIGINT", "someone cancelled the run (SIGINT)"},
}};

std::string cancelledWords(const Timeline& timeline, const JobSpan& job, std::vector<std::string>& path) {
    for (const Mark& mark : timeline.marks) {
        if (mark.kind == Mark::Kind::Cancel && (mark.job.empty() || mark.job == job.name)) {
            const auto* known = std::ranges::find(cancelWords, mark.text, &CancelWords::reason);
            const std::string what = mark.job.empty() ? "the run" : "this job";
            return known != cancelWords.end() && mark.job.empty()
                       ? std::string(known->words)
                       : fmt::format("{} was cancelled ({})", what, mark.text);
        }
    }
    if (const JobSpan* need = nearestNeed(timeline, job, isCancelled, path)) {
        return fmt::format("'{}'{} was cancelled", need->name, throughWords(path));
    }
    return "it was cancelled before it could start";
}

std::string ownConditionWords(const plan::Job* planned) {
    if (planned == nullptr) {
        return "its own condition was false";
    }
    const plan::Condition& condition = planned->condition;
    const std::string words = conditionWords(condition);
    if (condition.when == plan::When::Failure && condition.bash.empty()) {
        return fmt::format("its condition is {}, and nothing it needs had failed", words);
    }
    if (condition.when == plan::When::Cancelled && condition.bash.empty()) {
        return fmt::format("its condition is {}, and nothing was cancelled", words);
    }
    return fmt::format("its condition, {}, said no", words);
}

} // namespace

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t most = 8;
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i == most && names.size() > most + 1) {
            return out + fmt::format(" and {} more", names.size() - i);
        }
        out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
        out += fmt::format("'{}'", shown(names[i]));
    }
    return out;
}

std::string conditionWords(const plan::Condition& condition) {
    std::string when(plan::toString(condition.when));
    const std::string_view text = trim(condition.bash);
    if (text.empty()) {
        return when;
    }
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string bash = fmt::format("bash `{}{}`", shown(line), line == text ? "" : " ...");
    return condition.when == plan::When::Success ? bash : fmt::format("{} and {}", when, bash);
}

const plan::Job* plannedJob(const plan::Plan* plan, const JobSpan& job) {
    if (plan == nullptr) {
        return nullptr;
    }
    const plan::Job* found = plan->findJob(job.name);
    return found != nullptr || job.by.empty() ? found : plan->findJob(job.by);
}

const JobSpan* failedNeed(const Timeline& timeline, const JobSpan& job, std::vector<std::string>& path) {
    return nearestNeed(timeline, job, isFailed, path);
}

std::string skipWords(const Timeline& timeline, const plan::Plan* plan, const JobSpan& job,
                      std::vector<std::string>& path) {
    switch (job.outcome->skip) {
    case SkipReason::NotSelected:
        return "the command line named other jobs";
    case SkipReason::OwnCondition:
        return ownConditionWords(plannedJob(plan, job));
    case SkipReason::Cancelled:
        return cancelledWords(timeline, job, path);
    case SkipReason::NeedFailed: {
        const JobSpan* need = failedNeed(timeline, job, path);
        return need == nullptr ? "a job it needs failed"
                               : fmt::format("'{}'{} ended with {}", need->name, throughWords(path),
                                             inWords(*need->outcome));
    }
    case SkipReason::NeedSkipped: {
        const auto skipped = [](const JobSpan& one) {
            return one.outcome && one.outcome->kind == OutcomeKind::Skipped &&
                   one.outcome->skip != SkipReason::NotSelected &&
                   one.outcome->skip != SkipReason::NeedSkipped;
        };
        const JobSpan* need = nearestNeed(timeline, job, skipped, path);
        if (need == nullptr) {
            return "a job it needs was skipped";
        }
        std::vector<std::string> further;
        const std::string why = skipWords(timeline, plan, *need, further); // its own reason is another one
        const std::string through = throughWords(path);
        path.insert(path.end(), further.empty() ? further.end() : further.begin() + 1, further.end());
        return fmt::format("'{}'{} was skipped, because {}", need->name, through, why);
    }
    case SkipReason::None:
        break;
    }
    return describe(*job.outcome);
}

} // namespace cirque::report
