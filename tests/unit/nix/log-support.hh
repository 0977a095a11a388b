// SPDX-License-Identifier: Apache-2.0
// What a stream of Nix's records says, in lines that tests compare.
#pragma once

#include "io/process/fd.hh"
#include "nix/log/names.hh"
#include "nix/log/parser.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cirque::nix {

using Texts = std::vector<std::string>;

// A stream that Nix of that version printed: tests/data/nix-log.
inline std::string recorded(std::string_view name, std::string_view version) {
    return io::readFile(fmt::format("{}/nix-log/{}-{}.log", CIRQUE_TEST_DATA, name, version), 1u << 20u)
        .value();
}

struct Heard {
    Texts lines;
    Counts counts; // at the end
    Counts most;   // the highest there were
    std::size_t activities = 0;

    [[nodiscard]] bool has(std::string_view line) const {
        return std::ranges::find(lines, line) != lines.end();
    }

    [[nodiscard]] bool before(std::string_view first, std::string_view then) const {
        return std::ranges::find(lines, first) < std::ranges::find(lines, then);
    }

    [[nodiscard]] std::string all() const { return fmt::format("{}", fmt::join(lines, "\n")); }
};

struct Words {
    std::string operator()(const BuildStarted& event) const {
        return fmt::format("started {}", nameOfPath(event.drv));
    }

    std::string operator()(const BuildEnded& event) const {
        return fmt::format("ended {}", nameOfPath(event.drv));
    }

    std::string operator()(const PhaseStarted& event) const {
        return fmt::format("phase {}: {}", nameOfPath(event.drv), event.phase);
    }

    std::string operator()(const BuildLine& event) const {
        return fmt::format("line {}: {}", nameOfPath(event.drv), event.text);
    }

    std::string operator()(const FetchStarted& event) const {
        return fmt::format("fetch {} from {}", nameOfPath(event.path), event.from);
    }

    std::string operator()(const FetchEnded& event) const {
        return fmt::format("fetched {}", nameOfPath(event.path));
    }

    std::string operator()(const Status& event) const { return fmt::format("status {}", event.text); }

    std::string operator()(const BadPath& event) const { return fmt::format("bad {}", event.path); }

    std::string operator()(const Message& event) const {
        return fmt::format("message {} {}", event.level, event.text);
    }

    std::string operator()(const PlainLine& event) const { return fmt::format("plain {}", event.text); }
};

// `size`: of the pieces the stream comes in; 0: one piece.
inline Heard hear(std::string_view text, std::size_t size = 0, bool ends = true) {
    Heard heard;
    LogParser parser;
    const auto highest = [](std::uint64_t& most, std::uint64_t now) { most = std::max(most, now); };
    const LogParser::Receive receive = [&](const LogEvent& event) {
        heard.lines.push_back(std::visit(Words{}, event));
        const Counts counts = parser.counts();
        highest(heard.most.building, counts.building);
        highest(heard.most.failed, counts.failed);
        highest(heard.most.toBuild, counts.toBuild);
        highest(heard.most.bytesToFetch, counts.bytesToFetch);
    };
    while (size > 0 && text.size() > size) {
        parser.feed(text.substr(0, size), receive);
        text.remove_prefix(size);
    }
    parser.feed(text, receive);
    if (ends) {
        parser.finish(receive);
    }
    heard.counts = parser.counts();
    heard.activities = parser.activities();
    return heard;
}

} // namespace cirque::nix
