// SPDX-License-Identifier: Apache-2.0
// What an evaluation took from the machine besides the tree's files: each such thing with the facts by which
// a later run tells that it is still the same. What cannot be told so is a reason not to keep the evaluation.
#pragma once

#include "base/result.hh"
#include "nix/observe/observation.hh"
#include "workspace/stat-cache.hh"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cirque::app {

enum class FactKind : std::uint64_t {
    Absent, // nothing of that name
    Folder, // a folder, whatever is in it
    Same,   // the same file, link or list of names, by its facts
};

struct Fact {
    FactKind kind = FactKind::Absent;
    std::string path; // absolute, without links on the way
    workspace::FileFacts facts{};

    bool operator==(const Fact&) const = default;
};

struct FactSources {
    std::string root;                   // the tree
    std::span<const std::string> files; // covered by its fingerprint; in the order of standsBefore
    std::vector<std::string> constant;  // folders in which a name never changes its content: store, library
    std::vector<std::string> own;       // what Nix keeps for itself: database, locks
    std::vector<std::string> downloads; // what Nix keeps for a time only
    std::int64_t began = 0;             // workspace::fileClock() before the evaluation
};

// Looks at the disk as it is now, after the evaluation; what changed meanwhile is found out. Failure, with
// code Unsupported: why the evaluation cannot be kept, for people. Blocks.
Result<std::vector<Fact>> factsOf(const nix::Observation& observed, const FactSources& sources);

// Whether it read what Nix keeps for a time only.
bool usesDownloads(const nix::Observation& observed, const FactSources& sources);

// Whether all of it is as it was. Blocks shortly.
bool stillHold(std::span<const Fact> facts);

} // namespace cirque::app
