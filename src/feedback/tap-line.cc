// SPDX-License-Identifier: Apache-2.0
#include "feedback/tap-line.hh"

#include "base/text.hh"
#include "feedback/lines.hh"

#include <algorithm>

namespace cirque::feedback {
namespace {

bool startsIgnoringCase(std::string_view text, std::string_view prefix) {
    return equalsIgnoringCase(text.substr(0, prefix.size()), prefix);
}

std::string_view digitsOf(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// A word is over: "okay" is no "ok".
bool endsWord(std::string_view rest) {
    return rest.empty() || rest.front() == ' ' || rest.front() == '\t';
}

// The rest of a directive's word is nothing but punctuation: "TODO: later", "skip". A word that goes on is
// none
// ("todo.json", "skip-list"), so that a description cannot make a failure disappear.
bool endsDirective(std::string_view rest) {
    return endsWord(rest.substr(std::min(rest.find_first_not_of(":;,.!-"), rest.size())));
}

bool isDirective(std::string_view text, std::string_view word) {
    return startsIgnoringCase(text, word) && endsDirective(text.substr(word.size()));
}

// Producers write three forms of it; TAP itself only asks for the stem.
bool isSkip(std::string_view text) {
    return isDirective(text, "skip") || isDirective(text, "skipped") || isDirective(text, "skipping");
}

// The '#' that begins a directive: not escaped, with a space before it.
std::size_t findDirective(std::string_view text) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
        const bool spaced = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
        const std::string_view word = trim(text.substr(at + 1));
        if (spaced && (isSkip(word) || isDirective(word, "todo"))) {
            return at;
        }
    }
    return std::string_view::npos;
}

void readTest(std::string_view rest, TapLine& line) {
    line.kind = TapKind::Test;
    rest = trim(rest);
    const std::string_view digits = digitsOf(rest);
    if (!digits.empty() && endsWord(rest.substr(digits.size()))) {
        line.number = parseCount(digits);
        rest = trim(rest.substr(digits.size()));
    }
    if (const std::size_t at = findDirective(rest); at != std::string_view::npos) {
        const std::string_view word = trim(rest.substr(at + 1));
        line.skip = isSkip(word);
        line.todo = !line.skip;
        rest = trim(rest.substr(0, at));
    }
    if (rest == "-" || rest.starts_with("- ")) {
        rest = trim(rest.substr(1));
    }
    line.text = rest;
}

// "1..N" and maybe a reason.
bool readPlan(std::string_view text, TapLine& line) {
    if (!text.starts_with("1..")) {
        return false;
    }
    text.remove_prefix(std::string_view("1..").size());
    const std::string_view digits = digitsOf(text);
    const auto count = parseCount(digits);
    const std::string_view rest = trim(text.substr(digits.size()));
    if (!count || !(rest.empty() || rest.starts_with('#'))) {
        return false;
    }
    line.kind = TapKind::Plan;
    line.count = *count;
    line.text = rest.empty() ? rest : trim(rest.substr(1));
    line.skip = *count == 0 && isSkip(line.text);
    return true;
}

} // namespace

TapLine parseTapLine(std::string_view whole) {
    TapLine line;
    const std::size_t indent = whole.find_first_not_of(' ');
    if (indent == std::string_view::npos) {
        return line;
    }
    line.indent = indent;
    const std::string_view text = trim(whole.substr(indent));
    const std::string_view no = "not ok";
    if (text.starts_with("ok") && endsWord(text.substr(2))) {
        line.ok = true;
        readTest(text.substr(2), line);
    } else if (text.starts_with(no) && endsWord(text.substr(no.size()))) {
        readTest(text.substr(no.size()), line);
    } else if (readPlan(text, line)) {
        return line;
    } else if (startsIgnoringCase(text, "TAP version ")) {
        line.kind = TapKind::Version;
    } else if (startsIgnoringCase(text, "Bail out!")) {
        line.kind = TapKind::BailOut;
        line.text = trim(text.substr(std::string_view("Bail out!").size()));
    } else if (text.starts_with("---")) {
        line.kind = TapKind::YamlStart;
    } else if (text.starts_with('#')) {
        line.kind = TapKind::Comment;
        line.text = text.substr(1);
    }
    return line;
}

} // namespace cirque::feedback
