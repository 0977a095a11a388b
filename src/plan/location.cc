// SPDX-License-Identifier: Apache-2.0
#include "plan/location.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace cirque::plan {
namespace {

constexpr std::size_t longestShown = 80;

std::string safeText(std::string_view text) {
    std::string out;
    for (const char c : ellipsize(text, longestShown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    // what is left of control characters (C1, broken UTF-8) must not reach a terminal either
    if (!isValidUtf8(out) || hasControlCharacter(out)) {
        std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    }
    return out;
}

bool isPlainWord(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '@';
    });
}

struct Located {
    Problem problem;
    std::vector<std::size_t> order;
    std::size_t serial = 0;
};

// Follows one key of an object: its rank for the order, and its position when the object knows one.
const Json* follow(const JsonObject& object, const std::string& key, Located& into) {
    if (const Json* positions = object.if_contains("@pos"); positions != nullptr && positions->is_object()) {
        const Json* position = positions->get_object().if_contains(key);
        if (position != nullptr && position->is_string()) {
            into.problem.position = safeText(std::string_view(position->get_string()));
        }
    }
    const auto found = object.find(key);
    if (found == object.end()) {
        return nullptr;
    }
    into.order.push_back(static_cast<std::size_t>(found - object.begin()) + 1);
    return &found->value();
}

Located locateOne(const Json& document, Finding finding) {
    Located located;
    located.problem.path = toText(finding.path);
    located.problem.message = std::move(finding.message);
    located.problem.hint = std::move(finding.hint);
    if (!finding.key.empty()) {
        finding.path.push_back(PathPart{finding.key});
    }
    const Json* here = &document;
    for (const PathPart& part : finding.path) {
        if (here->is_object() && part.index < 0) {
            here = follow(here->get_object(), part.key, located);
        } else if (here->is_array() && part.index >= 0) {
            here = here->get_array().if_contains(static_cast<std::size_t>(part.index));
            located.order.push_back(static_cast<std::size_t>(part.index) + 1);
        } else {
            here = nullptr;
        }
        if (here == nullptr) {
            break;
        }
    }
    return located;
}

} // namespace

Path Cursor::path() const {
    Path path;
    for (const Cursor* at = this; at->parent_ != nullptr; at = at->parent_) {
        path.push_back(PathPart{std::string(at->key_), at->index_});
    }
    std::ranges::reverse(path);
    return path;
}

std::string toText(const Path& path) {
    std::string out;
    for (const PathPart& part : path) {
        if (part.index >= 0) {
            out += fmt::format("[{}]", part.index);
            continue;
        }
        out += out.empty() ? "" : ".";
        out += isPlainWord(part.key) ? ellipsize(part.key, longestShown) : "\"" + safeText(part.key) + "\"";
    }
    return out;
}

std::string quoted(std::string_view text) {
    return "'" + safeText(text) + "'";
}

std::vector<Problem> locate(const Json& document, std::vector<Finding> findings) {
    std::vector<Located> located;
    located.reserve(findings.size());
    for (Finding& finding : findings) {
        located.push_back(locateOne(document, std::move(finding)));
        located.back().serial = located.size();
    }
    std::ranges::sort(located, {}, [](const Located& one) { return std::tie(one.order, one.serial); });
    std::vector<Problem> problems;
    problems.reserve(located.size());
    for (Located& one : located) {
        problems.push_back(std::move(one.problem));
    }
    return problems;
}

} // namespace cirque::plan
