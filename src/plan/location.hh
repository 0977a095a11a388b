// SPDX-License-Identifier: Apache-2.0
// Where in a plan document something is wrong: structured paths while checking, Problems at the end. Pure.
#pragma once

#include "plan/parse.hh"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::plan {

// One step down a document: a key, or (index >= 0) an element of a list.
struct PathPart {
    std::string key;
    std::ptrdiff_t index = -1;
};

using Path = std::vector<PathPart>;

// Something wrong, before it has a position. `key` narrows position and order to one key of the object at
// `path` without being part of the path that is shown.
struct Finding {
    Path path;
    std::string message;
    std::string hint;
    std::string key;
};

// A place on the way down, kept on the stack: costs nothing until a path is asked for.
class Cursor {
  public:
    Cursor() = default;

    Cursor(const Cursor* parent, std::string_view key) : parent_(parent), key_(key) {}

    Cursor(const Cursor* parent, std::size_t index)
        : parent_(parent), index_(static_cast<std::ptrdiff_t>(index)) {}

    [[nodiscard]] Path path() const;

  private:
    const Cursor* parent_ = nullptr;
    std::string_view key_;
    std::ptrdiff_t index_ = -1;
};

// A cursor's way as text: jobs.test.steps[0].run; keys that are not plain words stand in double quotes.
std::string toText(const Path& path);

// `text` in single quotes, fit for a terminal: control characters escaped, cut at 80 bytes.
std::string quoted(std::string_view text);

// Findings as Problems in the order of the document, each with the nearest "@pos" at or above it.
std::vector<Problem> locate(const Json& document, std::vector<Finding> findings);

} // namespace cirque::plan
