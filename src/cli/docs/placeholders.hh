// SPDX-License-Identifier: Apache-2.0
// The words in the command table that stand for something else ("RUN", "FILE|host", "JOB[/STEP]"), read by
// rule, so that completion follows from the table alone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

// What a person may put in a place.
struct Values {
    bool runs = false;
    bool jobs = false;
    bool steps = false; // JOB/STEP
    bool files = false;
    bool folders = false;
    bool commands = false;
    bool templates = false;
    std::vector<std::string> words; // alternatives that stand for themselves
};

// "FILE|host": alternatives at '|'; a part in capitals is a kind (RUN, JOB, STEP, TARGET, FILE, DIR, COMMAND,
// TEMPLATE; any other stands for free text), every other part is a word. Brackets and "..." are left out.
Values readPlaceholder(std::string_view placeholder);

struct Positional {
    Values values;
    bool repeats = false; // "JOB..."
};

// "[TARGET] [JOB...]" -> two.
std::vector<Positional> readUsage(std::string_view usage);

} // namespace cirque::cli
