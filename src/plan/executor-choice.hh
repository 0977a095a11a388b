// SPDX-License-Identifier: Apache-2.0
// Moving a workflow's jobs to another place. Pure.
#pragma once

#include "base/result.hh"
#include "plan/types.hh"

#include <string_view>

namespace cirque::plan {

// "oci,image=debian:12,network=none": a kind, then its options; true, false and numbers are meant as such,
// everything else is text. Failure (Usage): it is not of this form, or an option is none of that kind's
// (plan/executor-options.hh).
Result<ExecutorRef> parseExecutorChoice(std::string_view text);

// The plan with all its jobs at `place`. A job of that kind keeps its own options when the choice names none.
Plan movedTo(Plan plan, const ExecutorRef& place);

} // namespace cirque::plan
