// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of what a program says without limit. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cirque::nix {

// Records and warnings stand anywhere, the error at the end: of too many lines those in the middle go.
class KeptLines {
  public:
    // Bytes that are kept of each end.
    explicit KeptLines(std::size_t ofEach) : ofEach_(ofEach) {}

    // Without its line break. One that is longer than an end is cut at its own end.
    void add(std::string_view line);

    // All of it, each line with its break; where lines were left out, a line says so.
    [[nodiscard]] std::string take() &&;

  private:
    std::size_t ofEach_;
    std::string first_;
    std::string last_;  // whole lines; up to twice the size, so that it is not moved for each
    bool full_ = false; // the beginning
    std::size_t dropped_ = 0;
};

} // namespace cirque::nix
