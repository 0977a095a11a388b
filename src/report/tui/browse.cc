// SPDX-License-Identifier: Apache-2.0
#include "report/tui/browse.hh"

#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace cirque::report::tui {
namespace {

constexpr std::int64_t toTheStart = std::numeric_limits<std::int64_t>::max() / 2;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// What the handlers work on.
struct Context {
    Browse& browse;
    const RunModel& model;
    std::int64_t page;
};

void step(Context& at, std::int64_t by) {
    const std::vector<RowId> rows = outline(at.model, at.browse);
    if (rows.empty()) {
        at.browse.selected.reset();
        return;
    }
    const auto last = static_cast<std::int64_t>(rows.size()) - 1;
    std::int64_t place = by > 0 ? 0 : last;
    if (at.browse.selected) {
        const auto found = std::ranges::lower_bound(rows, *at.browse.selected);
        place = std::clamp<std::int64_t>((found - rows.begin()) + by, 0, last);
    }
    at.browse.selected = rows[static_cast<std::size_t>(place)];
}

Action selectNext(Context& at) {
    step(at, 1);
    return {};
}

Action selectBefore(Context& at) {
    step(at, -1);
    return {};
}

Action expand(Context& at) {
    Browse& browse = at.browse;
    if (!browse.selected) {
        browse.message = "select a job or a step first: ↑ ↓";
        return {};
    }
    const bool fold = browse.expanded == browse.selected;
    browse.expanded = fold ? std::nullopt : browse.selected;
    browse.scroll = 0;
    return {};
}

Action scrollBy(Context& at, std::int64_t lines) {
    if (!at.browse.expanded) {
        at.browse.message = "Enter shows the log of what is selected";
        return {};
    }
    at.browse.scroll = std::clamp<std::int64_t>(at.browse.scroll + lines, 0, toTheStart);
    return {};
}

Action pageUp(Context& at) {
    return scrollBy(at, at.page);
}

Action pageDown(Context& at) {
    return scrollBy(at, -at.page);
}

Action logStart(Context& at) {
    return scrollBy(at, toTheStart);
}

Action logEnd(Context& at) {
    return scrollBy(at, -toTheStart);
}

Action filter(Context& at) {
    at.browse.typing = true;
    return {};
}

Action help(Context& at) {
    at.browse.help = !at.browse.help;
    return {};
}

Action quit(Context& /*at*/) {
    return Quit{};
}

// Jumps to the failure after the selected row, and from the last to the first.
Action nextFailure(Context& at) {
    std::vector<RowId> failures;
    const std::vector<JobModel>& jobs = at.model.jobs();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        for (const Failure& one : jobs[i].failures) {
            failures.push_back({i, std::max(one.step, -1)}); // a service has no row of its own
        }
        if (jobs[i].failures.empty() && jobs[i].outcome && jobs[i].outcome->failed()) {
            failures.push_back({i, -1});
        }
    }
    if (failures.empty()) {
        at.browse.message = "nothing has failed so far";
        return {};
    }
    std::ranges::sort(failures);
    const auto next =
        at.browse.selected ? std::ranges::upper_bound(failures, *at.browse.selected) : failures.begin();
    at.browse.selected = next == failures.end() ? failures.front() : *next;
    at.browse.expanded = at.browse.selected;
    at.browse.scroll = 0;
    at.browse.filter.clear();
    return {};
}

Action cancel(Context& at) {
    Browse& browse = at.browse;
    if (!browse.selected || browse.selected->job >= at.model.jobs().size()) {
        browse.message = "select the job to cancel first: ↑ ↓";
        return {};
    }
    const std::size_t place = browse.selected->job;
    const JobModel& job = at.model.jobs()[place];
    if (job.state == JobState::Ended) {
        browse.message = fmt::format("{} has ended", shown(job.name));
        return {};
    }
    if (browse.confirm != place) {
        browse.confirm = place;
        return {};
    }
    browse.confirm.reset();
    return CancelJob{job.name};
}

Action leave(Context& at) {
    at.browse = Browse{};
    return {};
}

struct Binding {
    Key key;
    Action (*act)(Context&);
};

const std::array<Binding, 19>& bindings() {
    static const std::array<Binding, 19> table{{
        {{KeyKind::Up}, selectBefore},    {{KeyKind::Text, "k"}, selectBefore},
        {{KeyKind::Down}, selectNext},    {{KeyKind::Text, "j"}, selectNext},
        {{KeyKind::Enter}, expand},       {{KeyKind::Text, " "}, expand},
        {{KeyKind::PageUp}, pageUp},      {{KeyKind::PageDown}, pageDown},
        {{KeyKind::Text, "g"}, logStart}, {{KeyKind::Home}, logStart},
        {{KeyKind::Text, "G"}, logEnd},   {{KeyKind::End}, logEnd},
        {{KeyKind::Text, "/"}, filter},   {{KeyKind::Text, "f"}, nextFailure},
        {{KeyKind::Text, "c"}, cancel},   {{KeyKind::Text, "q"}, quit},
        {{KeyKind::Text, "?"}, help},     {{KeyKind::Escape}, leave},
        {{KeyKind::Text, "h"}, help},
    }};
    return table;
}

void eraseCharacter(std::string& text) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) {
        text.pop_back();
    }
    if (!text.empty()) {
        text.pop_back();
    }
}

void type(Browse& browse, const Key& key) {
    constexpr std::size_t longest = 200;
    if (key.kind == KeyKind::Text && browse.filter.size() < longest) {
        browse.filter += key.text;
    } else if (key.kind == KeyKind::Backspace) {
        eraseCharacter(browse.filter);
    } else if (key.kind == KeyKind::Escape) {
        browse.filter.clear();
        browse.typing = false;
    } else if (key.kind == KeyKind::Enter) {
        browse.typing = false;
    }
}

bool showsSteps(const JobModel& job, std::size_t place, const Browse& browse) {
    return job.state == JobState::Running || !job.failures.empty() ||
           (browse.selected && browse.selected->job == place && browse.selected->step >= 0) ||
           (browse.expanded && browse.expanded->job == place);
}

// The service that failed first, else the one that is waited for.
std::optional<int> serviceOf(const JobModel& job) {
    const auto failed = std::ranges::find_if(
        job.failures, [](const Failure& one) { return one.step <= TryRef::firstService; });
    return failed != job.failures.end() ? std::optional(failed->step) : job.awaitedService();
}

} // namespace

Action press(Browse& browse, const RunModel& model, const Key& key, std::int64_t page) {
    browse.message.clear();
    if (browse.typing && key.kind != KeyKind::Up && key.kind != KeyKind::Down) {
        type(browse, key);
        return {};
    }
    const auto& table = bindings();
    const auto found = std::ranges::find(table, key, &Binding::key);
    const bool cancels = found != table.end() && found->act == cancel;
    if (!cancels) {
        browse.confirm.reset();
    }
    if (found == table.end()) {
        return {};
    }
    Context at{browse, model, page};
    return found->act(at);
}

bool passesFilter(const JobModel& job, const Browse& browse) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return browse.filter.empty() || !std::ranges::search(job.name, browse.filter, same).empty();
}

std::vector<RowId> outline(const RunModel& model, const Browse& browse) {
    std::vector<RowId> rows;
    const std::vector<JobModel>& jobs = model.jobs();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!passesFilter(jobs[i], browse)) {
            continue;
        }
        rows.push_back({i, -1});
        if (showsSteps(jobs[i], i, browse)) {
            for (std::size_t step = 0; step < jobs[i].steps.size(); ++step) {
                rows.push_back({i, static_cast<int>(step)});
            }
        }
    }
    return rows;
}

std::optional<TryRef> logOf(const RunModel& model, const RowId& row) {
    if (row.job >= model.jobs().size()) {
        return std::nullopt;
    }
    const JobModel& job = model.jobs()[row.job];
    int wanted = row.step;
    if (wanted < 0) {
        for (std::size_t i = 0; i < job.steps.size(); ++i) {
            const StepModel& one = job.steps[i];
            wanted = one.tryNumber > 0 ? static_cast<int>(i) : wanted;
            if (one.running || (one.outcome && one.outcome->failed())) {
                return TryRef{job.name, job.attempt, wanted, one.tryNumber};
            }
        }
        if (const auto service = serviceOf(job)) {
            return TryRef{job.name, job.attempt, *service, 1};
        }
    }
    if (wanted < 0) {
        return job.attempt > 0 ? std::optional(TryRef{job.name, job.attempt, -1, 1}) : std::nullopt;
    }
    const auto index = static_cast<std::size_t>(wanted);
    if (index >= job.steps.size() || job.steps[index].tryNumber == 0) {
        return std::nullopt;
    }
    return TryRef{job.name, job.attempt, wanted, job.steps[index].tryNumber};
}

} // namespace cirque::report::tui
