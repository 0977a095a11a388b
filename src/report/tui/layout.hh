// SPDX-License-Identifier: Apache-2.0
// The live block: a model of the run, what the person looks at, the size of the terminal and the time, as
// lines. Every line is narrower than the terminal, and there are fewer lines than it has rows. Pure.
#pragma once

#include "report/tui/browse.hh"
#include "report/tui/line.hh"
#include "report/tui/screen.hh"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cirque::report::tui {

// What is shown of the log of the expanded row.
struct LogWindow {
    std::vector<std::string> lines; // as they came, without newlines
    std::int64_t below = 0;         // lines after the last of them
    std::int64_t total = 0;
    std::string problem; // why there is none
    bool operator==(const LogWindow&) const = default;
};

// Lines of an expanded log at this size.
std::size_t logRows(Size size);

std::vector<Line> layout(const RunModel& model, const Browse& browse, const LogWindow& log, Size size,
                         MonoTime now);

// A number that changes exactly when the spinner turns; the shown seconds change no more often.
std::int64_t spinnerPhase(MonoTime now);

} // namespace cirque::report::tui
