// SPDX-License-Identifier: Apache-2.0
// One program of a plan as C++ values: what it runs, in which environment, and what must exist for it.
#pragma once

#include "plan/values.hh"

#include <string>
#include <variant>
#include <vector>

namespace cirque::plan {

struct Derivation {
    std::string drv;                  // /nix/store/...drv
    std::vector<std::string> outputs; // "out", ...
    bool operator==(const Derivation&) const = default;
};

// What must exist at the place before the step runs.
struct Closure {
    std::vector<Derivation> derivations; // to realise
    std::vector<std::string> paths;      // store paths that are sources
    std::vector<std::string> hostTools;  // tokens, keys of Plan::hostTools
    std::vector<std::string> files;      // tokens, keys of Plan::files
    bool operator==(const Closure&) const = default;
};

struct BashRun {
    std::string script;
    bool operator==(const BashRun&) const = default;
};

struct ArgvRun {
    std::vector<std::string> argv;
    bool operator==(const ArgvRun&) const = default;
};

struct BuildRun {
    Derivation derivation;
    bool operator==(const BuildRun&) const = default;
};

struct Step {
    std::string name;
    std::variant<BashRun, ArgvRun, BuildRun> action;
    Env env;
    std::vector<std::string>
        path; // folders put before PATH, from `deps`: store paths with /bin, or host tool tokens
    Closure closure;
    std::string workdir; // relative to the job's folder; empty: the folder itself
    Condition condition;
    Setting<Retry> retry;
    Setting<Millis> timeout;
    std::string shell = "bash";
    bool operator==(const Step&) const = default;
};

} // namespace cirque::plan
