// SPDX-License-Identifier: Apache-2.0
// The kinds of places there are: one row each. Places of the kind "local" are made in places.cc, with the
// run's own folders.
#pragma once

#include "exec/api/executor.hh"
#include "exec/remote/world.hh"

#include <memory>
#include <span>
#include <string_view>

namespace cirque::app {

struct ExecutorRow {
    std::string_view kind;
    std::unique_ptr<exec::Executor> (*make)(exec::AgentWorld world); // null: made elsewhere
    // Wrong options of a job's place (InvalidPlan), found before there is a run; null: the plan's schema says
    // it all.
    Result<void> (*checkOptions)(const plan::Job& job, const std::string& tree) = nullptr;
    std::string_view sample =
        {}; // options, as JSON, of the job that `cirque doctor` tries; empty: it cannot be tried
    bool leavesThings = false; // when it is killed: what Executor::sweep finds
    bool hasEngine = false;    // services from images run at the place, by an engine that is there
    // Which of several engines Executor::sweep asks, one line; null: there is but one way to look.
    std::string (*reach)(const exec::AgentWorld& world) = nullptr;
};

std::span<const ExecutorRow> executorRows();

// Their kinds, in the order of the rows.
std::span<const std::string_view> executorKinds();

} // namespace cirque::app
