// SPDX-License-Identifier: Apache-2.0
// What Nix says while it realises something, in the words of a person who waits for it. Texts live until the
// receiver returns.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace cirque::nix {

struct BuildStarted {
    std::string_view drv;
    std::string_view machine; // empty: this one
};

struct BuildEnded { // well or not: Nix says that in a message
    std::string_view drv;
};

struct PhaseStarted {
    std::string_view drv;
    std::string_view phase;
};

struct BuildLine {        // a line a builder printed
    std::string_view drv; // empty: of something that Nix did not announce
    std::string_view text;
};

struct FetchStarted {
    std::string_view path;
    std::string_view from; // a binary cache
};

struct FetchEnded { // well or not
    std::string_view path;
};

struct Status { // "waiting for a machine to build ...", "downloading ..."
    std::string_view text;
};

struct BadPath { // found in a store or a cache
    std::string_view path;
    bool corrupted = false; // else: without a signature that is trusted
};

struct Message {
    std::uint64_t level = 0; // 0 error, 1 warning, 2 notice, 3 information, then less and less
    std::string_view text;   // with Nix's colours
};

struct PlainLine { // no record: a program below Nix printed it, or Nix before it knew the format
    std::string_view text;
};

using LogEvent = std::variant<BuildStarted, BuildEnded, PhaseStarted, BuildLine, FetchStarted, FetchEnded,
                              Status, BadPath, Message, PlainLine>;

// How far Nix is. `expected` numbers grow while it finds out.
struct Counts {
    std::uint64_t built = 0; // derivations
    std::uint64_t toBuild = 0;
    std::uint64_t building = 0;
    std::uint64_t failed = 0;
    std::uint64_t fetched = 0; // store paths
    std::uint64_t toFetch = 0;
    std::uint64_t bytes = 0; // unpacked
    std::uint64_t bytesToFetch = 0;
    bool operator==(const Counts&) const = default;
};

} // namespace cirque::nix
