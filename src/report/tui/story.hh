// SPDX-License-Identifier: Apache-2.0
// What of a run is finished and scrolls away above the live block: a line for each job's end, each failed or
// repeated try, each notice. Pure.
#pragma once

#include "report/model/model.hh"

#include <string>
#include <vector>

namespace cirque::report::tui {

// `model` has seen the event. Whole lines without newlines; mostly none.
std::vector<std::string> storyOf(const event::Event& event, const RunModel& model, bool colour);

} // namespace cirque::report::tui
