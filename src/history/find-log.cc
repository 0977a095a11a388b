// SPDX-License-Identifier: Apache-2.0
#include "history/find-log.hh"

#include "base/text.hh"
#include "event/journal/log-file.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <tuple>

namespace cirque::history {
namespace {

void addTries(std::vector<LogEntry>& out, const JobSummary& job, int step, std::string_view name,
              const std::vector<TrySummary>& tries) {
    for (const TrySummary& one : tries) {
        LogEntry entry;
        entry.ref = {job.name, one.attempt, step, one.number};
        entry.step = name;
        entry.base = event::logBase(job.number, entry.ref);
        out.push_back(std::move(entry));
    }
}

void addStep(std::vector<LogEntry>& out, const JobSummary& job, int step) {
    const std::optional<std::size_t> service = TryRef{job.name, 1, step, 1}.service();
    const StepSummary& one = service ? job.services[*service] : job.steps[static_cast<std::size_t>(step)];
    addTries(out, job, step, one.name, one.tries);
}

void addJob(std::vector<LogEntry>& out, const JobSummary& job) {
    addTries(out, job, -1, "", job.setup);
    const int services = static_cast<int>(job.services.size());
    for (int step = -services - 1; step < static_cast<int>(job.steps.size()); ++step) {
        if (step != -1) {
            addStep(out, job, step);
        }
    }
    std::ranges::sort(out, {}, [](const LogEntry& entry) {
        return std::tuple(entry.ref.attempt, entry.ref.step, entry.ref.tryNumber);
    });
}

// "did you mean 'x'?" or, when nothing is near, all there is.
std::string suggest(std::string_view wanted, const std::vector<std::string_view>& names,
                    std::string_view what) {
    const std::string_view near = nearest(wanted, names);
    if (!near.empty()) {
        return fmt::format("did you mean '{}'?", near);
    }
    constexpr std::size_t most = 10;
    const std::size_t shown = std::min(names.size(), most);
    return fmt::format("{}: {}{}", what,
                       fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                       names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "");
}

std::optional<int> findService(const JobSummary& job, std::string_view wanted) {
    const auto found = std::ranges::find(job.services, wanted, &StepSummary::name);
    return found == job.services.end()
               ? std::nullopt
               : std::optional(TryRef::firstService - static_cast<int>(found - job.services.begin()));
}

Result<int> findStep(const JobSummary& job, std::string_view wanted) {
    constexpr std::string_view plainly = "services.";
    if (wanted.starts_with(plainly)) {
        if (const auto service = findService(job, wanted.substr(plainly.size()))) {
            return *service;
        }
    }
    std::vector<std::size_t> named;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        names.push_back(job.steps[i].name);
        if (job.steps[i].name == wanted) {
            named.push_back(i);
        }
    }
    if (named.size() > 1) {
        return fail(ErrorCode::NotFound,
                    fmt::format("{} steps of job '{}' are named '{}'", named.size(), job.name, wanted),
                    fmt::format("name it by its number: {}", shellQuote(logAddress(job, named.front()))));
    }
    if (named.size() == 1) {
        return static_cast<int>(named.front());
    }
    if (const auto service = findService(job, wanted)) {
        return *service;
    }
    for (const StepSummary& service : job.services) {
        names.push_back(service.name);
    }
    std::size_t number = 0;
    const auto [end, code] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (code == std::errc{} && end == wanted.data() + wanted.size()) {
        if (number >= 1 && number <= job.steps.size()) {
            return static_cast<int>(number) - 1;
        }
        return fail(ErrorCode::NotFound, fmt::format("job '{}' has no step {}", job.name, number),
                    job.steps.empty() ? "it has no steps"
                                      : fmt::format("its steps are 1 to {}", job.steps.size()));
    }
    return fail(ErrorCode::NotFound, fmt::format("job '{}' has no step '{}'", job.name, wanted),
                job.steps.empty() ? "it has no steps" : suggest(wanted, names, "its steps"));
}

const JobSummary* longestMatch(const RunSummary& run, std::string_view address) {
    const JobSummary* best = nullptr;
    for (const JobSummary& job : run.jobs) {
        const bool fits = address.starts_with(job.name) &&
                          (address.size() == job.name.size() || address[job.name.size()] == '/');
        if (fits && (best == nullptr || job.name.size() > best->name.size())) {
            best = &job;
        }
    }
    return best;
}

} // namespace

Result<LogScope> findScope(const RunSummary& run, std::string_view address) {
    if (address.empty()) {
        return LogScope{};
    }
    const JobSummary* job = longestMatch(run, address);
    if (job == nullptr) {
        std::vector<std::string_view> names;
        for (const JobSummary& one : run.jobs) {
            names.push_back(one.name);
        }
        const std::string_view wanted = address.substr(0, address.rfind('/'));
        return fail(ErrorCode::NotFound, fmt::format("run {} has no job '{}'", run.id.text(), address),
                    names.empty() ? "it has no jobs" : suggest(wanted, names, "its jobs"));
    }
    if (address.size() == job->name.size()) {
        return LogScope{job->name, {}};
    }
    CIRQUE_TRY_ASSIGN(const int step, findStep(*job, address.substr(job->name.size() + 1)));
    return LogScope{job->name, step};
}

Result<std::vector<LogEntry>> findLog(const RunSummary& run, std::string_view address) {
    CIRQUE_TRY_ASSIGN(const LogScope scope, findScope(run, address));
    std::vector<LogEntry> out;
    for (const JobSummary& job : run.jobs) {
        if (!scope.job.empty() && job.name != scope.job) {
            continue;
        }
        std::vector<LogEntry> logs;
        if (scope.step) {
            addStep(logs, job, *scope.step);
        } else {
            addJob(logs, job);
        }
        std::ranges::move(logs, std::back_inserter(out));
    }
    return out;
}

std::string logAddress(const JobSummary& job, std::size_t step) {
    const std::string& name = job.steps[step].name;
    const bool unique = !name.empty() && std::ranges::count(job.steps, name, &StepSummary::name) == 1;
    return unique ? fmt::format("{}/{}", job.name, name) : fmt::format("{}/{}", job.name, step + 1);
}

} // namespace cirque::history
