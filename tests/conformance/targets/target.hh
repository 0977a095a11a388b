// SPDX-License-Identifier: Apache-2.0
// A place that the cases run at: how to have it on this machine, and which executor a plan names for it. What
// a step means is no business of a target: that is in the cases.
#pragma once

#include "base/json.hh"
#include "tests/functional/support/project.hh"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::conformance {

// Cases call it from several threads at the same time, each with a project of its own.
class Target {
  public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default; // ends and removes whatever setUp made

    // Once, before the first case: makes what all cases share (a server, an image). An error says why this
    // machine cannot have the place; then the suite is skipped.
    virtual Result<void> setUp() { return {}; }

    // Before each case: what its project needs (environment of cirque, files beside the tree).
    virtual void prepare(test::Project& /*project*/) {}

    // The `executor` of each job that names none.
    virtual JsonObject executor(const test::Project& project) = 0;

    // After each case: what the run left at the place that the runner cannot see (it looks for processes
    // whose environment or command line has the case's token, and for job folders below the state folder).
    virtual std::vector<std::string> leftovers(const test::Project& /*project*/) { return {}; }

    // The same once, after the last case: also what cannot be told apart while cases run side by side.
    virtual std::vector<std::string> leftoversAtEnd() { return {}; }
};

struct TargetRow {
    std::string_view name;
    std::unique_ptr<Target> (*make)();
};

const std::vector<TargetRow>& targets();

// A place of people's own: the executor as JSON text, {"kind": "...", "options": {...}}.
Result<std::unique_ptr<Target>> givenTarget(std::string_view executor);

std::unique_ptr<Target> makeLocal();
std::unique_ptr<Target> makeCustom();
std::unique_ptr<Target> makeSandbox();
std::unique_ptr<Target> makeOciShared();
std::unique_ptr<Target> makeOciIsolated();
std::unique_ptr<Target> makeSsh();    // the other side has no Nix
std::unique_ptr<Target> makeSshNix(); // it has
std::unique_ptr<Target> makeNspawn();
std::unique_ptr<Target> makeNspawnBooted();

} // namespace cirque::conformance
