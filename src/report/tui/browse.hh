// SPDX-License-Identifier: Apache-2.0
// What a person looks at in the live view, and how keys change it. Pure: it never changes the run; what is
// asked of the run comes out as an action.
#pragma once

#include "report/model/model.hh"
#include "report/tui/keys.hh"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cirque::report::tui {

// A row of the tree: a job, or a step of it.
struct RowId {
    std::size_t job = 0; // its place in the model
    int step = -1;       // -1: the job itself
    auto operator<=>(const RowId&) const = default;
};

struct Browse {
    std::optional<RowId> selected{};
    std::optional<RowId> expanded{}; // its log is shown
    std::int64_t scroll = 0;         // lines between the log's end and what is shown of it; 0 follows
    std::string filter{};            // shows only jobs whose name has it, in any case of ASCII letters
    bool typing = false;             // the filter
    bool help = false;
    std::optional<std::size_t> confirm{}; // the job that another c cancels
    std::string message{};                // why a key did nothing
    bool operator==(const Browse&) const = default;
};

struct CancelJob {
    std::string job;
};

struct Quit {};

using Action = std::variant<std::monostate, CancelJob, Quit>;

// Reacts to one key. `page`: lines of the log that are shown at once.
Action press(Browse& browse, const RunModel& model, const Key& key, std::int64_t page);

// The rows there are to walk through, in the order of the plan: jobs that the filter lets through, each with
// its steps while it runs, when it failed, and while one of them is selected or expanded.
std::vector<RowId> outline(const RunModel& model, const Browse& browse);

// The try whose log stands for a row: for a job the step that runs or failed, else the service that failed or
// is waited for, else the step that ran last, else what is done before the steps. None: nothing has begun.
std::optional<TryRef> logOf(const RunModel& model, const RowId& row);

bool passesFilter(const JobModel& job, const Browse& browse);

} // namespace cirque::report::tui
