// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/messages.hh"

#include "base/text.hh"

#include <algorithm>
#include <array>

namespace cirque::nix {
namespace {

constexpr std::string_view fileMark = "trace: cirque-file:";

// What Nix says of itself that is nothing to a person: a fresh Debian's missing group, two evaluators at one
// store, and the collector before it gives up.
constexpr std::array<std::string_view, 4> ownWarnings{"warning: the group 'nixbld'",
                                                      "warning: error: SQLite database",
                                                      "warning: SQLite database", "GC Warning:"};

bool isOwnWarning(std::string_view line) {
    return std::ranges::any_of(ownWarnings, [&](std::string_view own) { return line.starts_with(own); });
}

// "at /a/file.nix:3:4:" -> "/a/file.nix:3:4:", and so for "at «stdin»:3:4:"; "" for other lines.
std::string_view placeOf(std::string_view line) {
    const std::string_view text = trim(line);
    const bool isPlace = (text.starts_with("at /") || text.starts_with("at «")) && text.ends_with(':');
    return isPlace ? text.substr(3) : std::string_view();
}

// In the library: below its folder, or handed to Nix on standard input.
bool isOwn(std::string_view place, std::string_view library) {
    return place.starts_with("«stdin»") || (!library.empty() && place.starts_with(library));
}

// A line of source that Nix shows below a place: "   12| text" or "     |   ^" or empty.
bool isSnippet(std::string_view line) {
    const std::string_view text = trim(line);
    const std::size_t digits = text.find_first_not_of("0123456789");
    return text.empty() || (digits != std::string_view::npos && text[digits] == '|');
}

bool isAdvice(std::string_view line) {
    const std::string_view text = trim(line);
    return text.starts_with('(') && text.ends_with(')') && text.contains("--show-trace");
}

std::string trimEnd(std::string text) {
    const std::size_t end = text.find_last_not_of("\n ");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

// Lines that belong together: a frame of a trace ("… while ..." and what follows), a place with its lines, or
// text.
struct Block {
    enum class Kind { Text, Place, Frame };
    Kind kind = Kind::Text;
    std::string text;
    bool own = false; // its place is in the library
};

Block::Kind beginsBlock(std::string_view line, const Block& block) {
    using enum Block::Kind;
    if (trim(line).starts_with("…")) {
        return Frame;
    }
    return block.kind != Frame && !placeOf(line).empty() ? Place : Text;
}

bool endsBlock(std::string_view line, const Block& block) {
    const bool message = trim(line).starts_with("error:");
    return message || (block.kind == Block::Kind::Place && !isSnippet(line));
}

std::vector<Block> blocksOf(std::string_view error, std::string_view library) {
    std::vector<Block> blocks(1);
    for (const std::string_view line : split(error, '\n')) {
        const Block::Kind kind = beginsBlock(line, blocks.back());
        if (kind != Block::Kind::Text || endsBlock(line, blocks.back())) {
            blocks.push_back({.kind = kind, .text = {}, .own = false});
        }
        Block& block = blocks.back();
        block.own = block.own || (block.kind != Block::Kind::Text && isOwn(placeOf(line), library));
        if (!isAdvice(line)) {
            block.text.append(line).push_back('\n');
        }
    }
    return blocks;
}

} // namespace

std::string withoutLibrary(std::string_view error, std::string_view library) {
    std::string kept;
    for (const Block& block : blocksOf(error, library)) {
        kept += block.own ? "" : block.text;
    }
    // newer Nix begins with a bare "error:" when a trace follows; without the trace only the message is left
    constexpr std::string_view bare = "error:\n";
    if (const std::string_view rest = trim(kept);
        rest.starts_with(bare) && trim(rest.substr(bare.size())).starts_with("error:")) {
        return std::string(trim(rest.substr(bare.size())));
    }
    return trimEnd(std::move(kept));
}

Messages splitMessages(std::string_view text) {
    Messages messages;
    for (const std::string_view line : split(text, '\n')) {
        if (line.starts_with(fileMark)) {
            messages.files.emplace_back(line.substr(fileMark.size()));
        } else if (!messages.error.empty() || line.starts_with("error:")) {
            messages.error.append(line).push_back('\n');
        } else if (!line.empty() && !isOwnWarning(line)) {
            messages.notes.append(line).push_back('\n');
        }
    }
    messages.error = trimEnd(std::move(messages.error));
    return messages;
}

ShortMessage shortMessage(std::string_view error) {
    constexpr std::string_view mark = "error:";
    ShortMessage out;
    std::string place;
    for (const std::string_view line : split(error, '\n')) {
        const std::string_view text = trim(line);
        if (text.starts_with(mark)) {
            out.complete = out.complete && trim(out.text).empty();
            out.text = trim(text.substr(mark.size()));
            place.clear();
        } else if (text.starts_with("at ") && text.ends_with(':')) { // also relative places
            place = place.empty() ? text.substr(3, text.size() - 4) : place;
            out.complete = false;
        } else if (text.starts_with("…") || isSnippet(line)) {
            out.complete = out.complete && text.empty();
        } else if (place.empty()) {
            out.text.append(out.text.empty() ? "" : " ").append(text);
        }
    }
    out.text += place.empty() ? "" : " (" + place + ")";
    return out;
}

bool namesPlace(std::string_view error) {
    for (const std::string_view line : split(error, '\n')) {
        if (!placeOf(line).empty()) {
            return true;
        }
    }
    return false;
}

std::string placeIn(std::string_view trace, std::string_view library) {
    // older Nix shows the innermost frame first, newer Nix (whose first line is a bare "error:") shows it
    // last
    const bool innermostLast = trim(split(trace, '\n').front()) == "error:";
    std::string found;
    bool taking = false;
    for (const std::string_view line : split(trace, '\n')) {
        const std::string_view place = placeOf(line);
        if (!place.empty()) {
            taking = !isOwn(place, library) && (found.empty() || innermostLast);
            if (taking) {
                found.clear();
            }
        } else if (!isSnippet(line)) {
            taking = false;
        }
        if (taking) {
            found.append(line).push_back('\n');
        }
    }
    return trimEnd(std::move(found));
}

} // namespace cirque::nix
