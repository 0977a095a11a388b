// SPDX-License-Identifier: Apache-2.0
// The environment of a step, assembled from its layers (docs/contracts.md, "Environment of a step"). Pure.
#pragma once

#include "agent/step.hh"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::agent {

// What JOB_ENV says, as data: variables to set, and names that it unset.
struct EnvChange {
    std::map<std::string, std::string> set;
    std::vector<std::string> removed;
    bool operator==(const EnvChange&) const = default;
};

using Environment = std::map<std::string, std::string>;

// What the runner itself puts on top of everything.
struct OwnVariables {
    std::string jobFolder;                // JOB_DIR
    std::string workFolder;               // PWD
    std::string jobEnvFile;               // JOB_ENV
    std::string outputFile;               // CIRQUE_OUTPUT; empty: unset
    std::string summaryFile;              // CIRQUE_SUMMARY, GITHUB_STEP_SUMMARY; empty: unset
    std::string shell;                    // SHELL where no layer sets it; empty: none
    std::vector<std::string> pathFolders; // put before PATH, first one first
};

// Where PATH begins for a step whose layers set none.
inline constexpr std::string_view defaultPath = "/usr/local/bin:/usr/bin:/bin";

// `below`, then JOB_ENV, then `above`, then the runner's own. `expand` settles tokens in a layer's value.
// Later layers and, in one layer, later entries win. A name or value that the kernel cannot carry (empty, '='
// in a name, NUL) is an error that shows the name only; so is an error of `expand`.
using Expand = std::function<Result<std::string>(const std::string&)>;
Result<Environment> assembleEnv(std::span<const Variables> below, const EnvChange& jobEnv,
                                std::span<const Variables> above, const OwnVariables& own,
                                const Expand& expand);

// Whether bash obeys a variable of this name before the first line of a script, which then may never run: a
// file to read first, options, functions in the place of commands. bash(1), "INVOCATION", "SHELLOPTS" and
// "FUNCTIONS".
bool steersBash(std::string_view name);

// "NAME=value" for exec.
std::vector<std::string> toEnvBlock(const Environment& environment);

// What sourcing JOB_ENV changed. `before` is the environment the shell was given; `names` are the variables
// of the layers above JOB_ENV, which the shell held unexported, so that they count only when the file
// assigned them; `after` is the output of `env -0`. Variables of the shell's own are left out. A PATH that
// still holds `pathFolders` in a row loses them: they belong to one step, not to the job. Error: `after` is
// no list of NAME=value.
Result<EnvChange> diffEnv(const Environment& before, std::span<const std::string> names,
                          std::string_view after, std::span<const std::string> pathFolders);

} // namespace cirque::agent
