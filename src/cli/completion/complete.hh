// SPDX-License-Identifier: Apache-2.0
// What may stand where the cursor is. The completion scripts of the shells (src/cli/completion/cirque.*) ask
// for it through `cirque __complete WORD...` and only pass on the answer. Pure: what exists is asked through
// functions.
#pragma once

#include "cli/command.hh"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

struct Candidate {
    std::string word;
    std::string about; // one line, may be empty
};

struct CompletionSources {
    std::function<std::vector<Candidate>()> runs;
    // Of the run that is named, or, for "", of the newest run of this tree.
    std::function<std::vector<Candidate>(const std::string& run)> jobs;
    std::function<std::vector<Candidate>(const std::string& run)> steps; // "JOB/STEP"
    std::function<std::vector<Candidate>()> templates;
};

struct Completion {
    std::vector<Candidate> candidates; // each begins with what was typed
    bool files = false;                // also names of files
    bool folders = false;              // also names of folders
};

// `words` are those after "cirque" up to the cursor, the last one being completed (it may be empty). A "=" as
// a word of its own, as bash splits it, is understood.
Completion complete(std::span<const Command> commands, std::vector<std::string> words,
                    const CompletionSources& sources);

// One line each: ":files", ":folders", then "WORD<tab>ABOUT". Candidates with a line break or a tab are left
// out.
std::string toLines(const Completion& completion);

} // namespace cirque::cli
