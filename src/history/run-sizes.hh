// SPDX-License-Identifier: Apache-2.0
// How large each run is, in one file (STATE/sizes) that is read instead of ten thousand folders: a line "<id>
// <bytes>" for each run. Only the holder of the housekeeping lock writes it. It can be lost at any time: what
// is missing is measured again.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace cirque::history {

class RunSizes {
  public:
    // A file that is missing or damaged says nothing. Blocks.
    static RunSizes load(const std::string& stateDir);

    [[nodiscard]] std::optional<std::int64_t> find(const RunId& run) const;
    void set(const RunId& run, std::int64_t bytes);

    // Writes what was set since, or, when runs went away, all anew with `ids` alone. Blocks.
    Result<void> save(std::span<const RunId> ids);

  private:
    std::string path_;
    std::unordered_map<std::string, std::int64_t> sizes_;
    std::string added_; // lines that are not in the file yet
};

} // namespace cirque::history
