// SPDX-License-Identifier: Apache-2.0
// The store paths that a job stands on: what it names and all that these refer to, with their sizes. Asked of
// Nix once per run for each set.
#pragma once

#include "base/result.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"
#include "nix/store/realise.hh"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct SizedPath {
    std::string path;
    std::int64_t bytes = 0; // of its NAR
    bool operator==(const SizedPath&) const = default;
};

struct Closure {
    std::vector<std::string> roots; // what was named; sorted
    std::vector<SizedPath> paths;   // with the roots; each after what it refers to
    std::int64_t bytes = 0;

    // What is not among `present`, in the same order. Where only whole paths count, that is what a place
    // without Nix still has to get.
    [[nodiscard]] std::vector<SizedPath> missingAt(std::span<const std::string> present) const;
};

using ClosurePtr = std::shared_ptr<const Closure>;

// The lines "PATH <spaces> SIZE" of `nix path-info --recursive --size`. Failure: Corrupt, with the line.
Result<std::vector<SizedPath>> parseSizes(std::string_view text);

// One per run. The same set is computed once, whoever asks for it and at whatever time.
class Closures {
  public:
    explicit Closures(Variables environment) : environment_(std::move(environment)) {}

    // Of valid paths; derivations of `realised` stand for all their outputs. An empty set: empty, and no
    // process. Failure: Nix refused, for example because a path is gone (Process); MissingTool. Failures are
    // not kept. Stop: ends Nix, then an error with code Process; who waits for another's call ends at once.
    io::Task<Result<ClosurePtr>> of(Realised realised, io::StopToken stop);

  private:
    io::Task<Result<ClosurePtr>> compute(Realised realised, io::StopToken stop);

    Variables environment_;
    std::map<std::string, ClosurePtr> known_;
    std::set<std::string> busy_;
    io::Signal ended_;
};

} // namespace cirque::nix
