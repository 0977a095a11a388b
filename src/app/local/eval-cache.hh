// SPDX-License-Identifier: Apache-2.0
// The folder of kept evaluations: <state>/eval/KEY.entry, and KEY.roots/ with what keeps its store paths from
// Nix's garbage collector. Several processes may use it at once. For speed alone: whatever goes wrong here is
// an evaluation that is not kept or not found.
#pragma once

#include "app/local/eval-entry.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cirque::app {

struct EvalCacheLimits {
    std::size_t entries = 200;
    std::int64_t bytes = 256LL << 20U;
};

class EvalCache {
  public:
    explicit EvalCache(const std::string& stateDir, EvalCacheLimits limits = {})
        : folder_(stateDir + "/eval"), limits_(limits) {}

    // What is kept under this key, when all its facts hold and its store paths exist. Blocks shortly.
    [[nodiscard]] std::optional<EvalEntry> find(const std::string& key) const;

    // Where the roots of an entry belong; the folder need not exist.
    [[nodiscard]] std::string rootsFolder(const std::string& key) const;

    // Keeps the entry, then lets the least recently used ones go until the limits hold. The folder is private
    // to its owner. Blocks. Failure: it was not written.
    Result<void> keep(const std::string& key, const EvalEntry& entry) const;

  private:
    [[nodiscard]] std::string file(const std::string& key) const;
    void prune(const std::string& newest) const;

    std::string folder_;
    EvalCacheLimits limits_;
};

// A name for everything that decides an evaluation except the facts of its entry. The parts are told apart by
// their lengths, and their order counts.
std::string evalKey(const std::vector<std::string>& parts);

} // namespace cirque::app
