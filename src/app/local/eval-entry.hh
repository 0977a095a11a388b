// SPDX-License-Identifier: Apache-2.0
// One kept evaluation as it lies on the disk.
#pragma once

#include "app/local/eval-facts.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::app {

struct EvalEntry {
    std::string document;           // the raw plan document, JSON
    std::string notes;              // warnings and traces, said again each time
    std::vector<std::string> paths; // of the store, which the document names and which must be there
    std::vector<Fact> facts;

    bool operator==(const EvalEntry&) const = default;
};

std::string toBytes(const EvalEntry& entry);

// nullopt: damaged, cut off, or of another version.
std::optional<EvalEntry> parseEntry(std::string_view bytes);

} // namespace cirque::app
