// SPDX-License-Identifier: Apache-2.0
// What `cirque run` was pointed at. Pure: whether files exist is asked through a function.
#pragma once

#include "base/result.hh"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

enum class PathKind { Missing, File, Folder };

struct Target {
    enum class Kind { Workflow, PlanJson, Flake };
    Kind kind = Kind::Workflow;
    std::string
        file; // absolute; of a flake: the workflow file beside it, which may be meant by a name; else empty
    std::string name;   // the part after '#', or empty
    std::string folder; // where the run happens: absolute; a TARGET that is a folder moves there
};

struct Positionals {
    std::string target;             // empty: none was given
    std::vector<std::string> names; // of further words with the same part before '#': .#a .#b
    std::vector<std::string> jobs;
};

// Only the first word can be a TARGET: it contains '/', '#' or ':', ends in .nix or .json, or is ".". When it
// names something after '#', words that follow it and begin the same name more of it.
Positionals splitPositionals(const std::vector<std::string>& words);

// Settles a TARGET below `folder` (absolute). Without one: cirque.nix, then ci.nix, then flake.nix of the
// folder, else of the nearest one above it in the same git tree that has any; so also for "." (as with
// `nix build`), but not for a folder that is named. A folder with a name (.#x) is its flake, when it has one.
// Failures: NotFound that names what was looked for, Unsupported for flake references with a scheme.
Result<Target> resolveTarget(const std::string& target, const std::string& folder,
                             const std::function<PathKind(const std::string&)>& look);

} // namespace cirque::cli
