// SPDX-License-Identifier: Apache-2.0
// What a job needs before it starts and what has to wait for a step: what a build step of the job itself
// builds is not built before that step's turn. Pure.
#pragma once

#include "plan/types.hh"

#include <string_view>

namespace cirque::engine {

// Derivations and sources that the steps of `job` need and that no build step of it, up to the step that
// needs them, builds. Each derivation stands there once for each step that wants it.
plan::Closure neededAtStart(const plan::Job& job);

// What was left out of that for step `step`. It exists already when the build step that makes it has run;
// one that was skipped has left it to be built.
plan::Closure neededBefore(const plan::Job& job, int step);

// Whether anything of the job happens at its executor: a job of build steps alone needs no folder.
bool needsPlace(const plan::Job& job);

// Whether this result of `job` is the store path that a build step of it made. A later step may have given
// the result another value.
bool isBuilt(const plan::Job& job, std::string_view result, std::string_view value);

} // namespace cirque::engine
