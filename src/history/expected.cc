// SPDX-License-Identifier: Apache-2.0
#include "history/expected.hh"

#include "history/runs.hh"

#include <sys/stat.h>

#include <algorithm>
#include <vector>

namespace cirque::history {
namespace {

constexpr std::size_t successes = 10; // of a job, that count
constexpr std::size_t sameRuns = 30;  // of this workflow, that are looked through for them
constexpr std::size_t allRuns = 200;  // that are looked at to find those
constexpr off_t quickJournal = 1 << 20;

// Whether loadRun answers soon: from a summary, or from a journal that is short.
bool isQuick(const RunFolder& folder) {
    struct stat facts{};
    return ::stat(folder.summary().c_str(), &facts) == 0 ||
           (::stat(folder.journal().c_str(), &facts) == 0 && facts.st_size <= quickJournal);
}

Millis median(std::vector<Millis> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

} // namespace

std::unordered_map<std::string, Millis> loadExpected(const std::string& stateDir, const std::string& tree,
                                                     const std::string& workflow) {
    std::unordered_map<std::string, std::vector<Millis>> taken;
    const std::vector<RunId> ids = listRunIds(stateDir).value_or(std::vector<RunId>());
    std::size_t same = 0;
    for (std::size_t i = 0; i < std::min(ids.size(), allRuns) && same < sameRuns; ++i) {
        if (!isQuick(runFolder(stateDir, ids[i]))) {
            continue;
        }
        const auto run = loadRun(stateDir, ids[i]);
        if (!run || run->tree != tree || run->workflow != workflow) {
            continue;
        }
        ++same;
        for (const JobSummary& job : run->jobs) {
            // a job whose outcome is another run's did not take any time in this one
            const bool ran = job.attempts > 0 && job.outcome && job.outcome->kind == OutcomeKind::Succeeded;
            if (std::vector<Millis>& of = taken[job.name]; ran && of.size() < successes) {
                of.push_back(job.duration);
            }
        }
    }
    std::unordered_map<std::string, Millis> expected;
    for (auto& [job, durations] : taken) {
        if (!durations.empty()) {
            expected.emplace(job, median(std::move(durations)));
        }
    }
    return expected;
}

} // namespace cirque::history
