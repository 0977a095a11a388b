// SPDX-License-Identifier: Apache-2.0
#include "workspace/ignore.hh"

#include "base/text.hh"

#include <cctype>
#include <optional>
#include <utility>

namespace cirque::workspace {
namespace {

bool inClass(std::string_view name, unsigned char c) {
    using Test = int (*)(int);
    static constexpr std::pair<std::string_view, Test> classes[] = {
        {"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank}, {"cntrl", std::iscntrl},
        {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower}, {"print", std::isprint},
        {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit},
    };
    for (const auto& [known, test] : classes) {
        if (known == name) {
            return test(c) != 0;
        }
    }
    return false;
}

// The set that starts at glob[at] == '['. Moves `at` behind it. nullopt: it has no end, so nothing matches.
std::optional<bool> matchSet(std::string_view glob, std::size_t& at, unsigned char c) {
    std::size_t i = at + 1;
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(glob[k]); };
    const bool negated = i < glob.size() && (glob[i] == '!' || glob[i] == '^');
    i += negated ? 1 : 0;
    bool matched = false;
    for (bool first = true;; first = false) {
        if (i >= glob.size()) {
            return std::nullopt;
        }
        if (glob[i] == ']' && !first) {
            at = i + 1;
            return matched != negated;
        }
        if (glob[i] == '[' && i + 1 < glob.size() && glob[i + 1] == ':') {
            const std::size_t end = glob.find(']', i + 2);
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            if (end > i + 2 && glob[end - 1] == ':') {
                matched = matched || inClass(glob.substr(i + 2, end - i - 3), c);
                i = end + 1;
                continue;
            }
        }
        if (glob[i] == '\\' && ++i >= glob.size()) {
            return std::nullopt;
        }
        const unsigned char low = byte(i);
        unsigned char high = low;
        if (i + 2 < glob.size() && glob[i + 1] == '-' && glob[i + 2] != ']') {
            i += 2;
            if (glob[i] == '\\' && ++i >= glob.size()) {
                return std::nullopt;
            }
            high = byte(i);
        }
        matched = matched || (low <= c && c <= high);
        ++i;
    }
}

// One step of the glob at `at` against `c`: moves `at` when it matches.
bool matchOne(std::string_view glob, std::size_t& at, char c) {
    if (at >= glob.size()) {
        return false;
    }
    if (glob[at] == '?') {
        ++at;
        return true;
    }
    if (glob[at] == '[') {
        return matchSet(glob, at, static_cast<unsigned char>(c)).value_or(false);
    }
    const std::size_t literal = glob[at] == '\\' ? at + 1 : at;
    if (literal >= glob.size() || glob[literal] != c) {
        return false;
    }
    at = literal + 1;
    return true;
}

bool isGlobstar(std::string_view part) {
    return part.size() >= 2 && part.find_first_not_of('*') == std::string_view::npos;
}

bool matchParts(const std::vector<std::string>& parts, const std::vector<std::string_view>& names) {
    std::size_t part = 0;
    std::size_t name = 0;
    std::size_t starPart = parts.size() + 1;
    std::size_t starName = 0;
    while (name < names.size()) {
        if (part < parts.size() && isGlobstar(parts[part])) {
            if (part + 1 == parts.size()) {
                return true; // "a/**": everything below a
            }
            starPart = part++;
            starName = name;
        } else if (part < parts.size() && matchGlob(parts[part], names[name])) {
            ++part;
            ++name;
        } else if (starPart < parts.size()) {
            part = starPart + 1;
            name = ++starName;
        } else {
            return false;
        }
    }
    return part == parts.size();
}

std::string_view trimTrailingSpaces(std::string_view line) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size()) {
            ++i;
        } else if (line[i] == ' ') {
            continue;
        }
        end = i + 1;
    }
    return line.substr(0, end);
}

// At each '/' that is not in a set; a quoted one separates too.
std::vector<std::string> splitGlob(std::string_view glob) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < glob.size();) {
        if (glob[i] == '\\' && i + 1 < glob.size() && glob[i + 1] != '/') {
            parts.back() += glob.substr(i, 2);
            i += 2;
        } else if (std::size_t end = i; glob[i] == '[' && matchSet(glob, end, '/')) {
            parts.back() += glob.substr(i, end - i);
            i = end;
        } else {
            i += glob[i] == '\\' && i + 1 < glob.size() ? 1 : 0;
            if (glob[i] == '/') {
                parts.emplace_back();
            } else {
                parts.back() += glob[i];
            }
            ++i;
        }
    }
    return parts;
}

std::optional<IgnorePattern> parseLine(std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.starts_with('#')) {
        return std::nullopt;
    }
    line = trimTrailingSpaces(line);
    IgnorePattern pattern;
    if (line.starts_with('!')) {
        pattern.negated = true;
        line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
        pattern.folderOnly = true;
        line.remove_suffix(1);
    }
    pattern.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) {
        line.remove_prefix(1);
    }
    if (line.empty()) {
        return std::nullopt;
    }
    pattern.parts = splitGlob(line);
    return pattern;
}

} // namespace

bool matchGlob(std::string_view glob, std::string_view name) {
    std::size_t at = 0;
    std::size_t i = 0;
    std::size_t starAt = std::string_view::npos;
    std::size_t starName = 0;
    while (i < name.size()) {
        if (at < glob.size() && glob[at] == '*') {
            starAt = ++at;
            starName = i;
        } else if (matchOne(glob, at, name[i])) {
            ++i;
        } else if (starAt != std::string_view::npos) {
            at = starAt;
            i = ++starName;
        } else {
            return false;
        }
    }
    while (at < glob.size() && glob[at] == '*') {
        ++at;
    }
    return at == glob.size();
}

IgnoreFile IgnoreFile::parse(std::string_view text) {
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(byteOrderMark)) {
        text.remove_prefix(byteOrderMark.size());
    }
    IgnoreFile file;
    for (const std::string_view line : split(text, '\n')) {
        if (auto pattern = parseLine(line)) {
            file.patterns_.push_back(std::move(*pattern));
        }
    }
    return file;
}

IgnoreFile::Verdict IgnoreFile::judge(std::string_view path, bool isFolder) const {
    const std::vector<std::string_view> names = split(path, '/');
    for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
        if (pattern->folderOnly && !isFolder) {
            continue;
        }
        const bool matched = pattern->anchored ? matchParts(pattern->parts, names)
                                               : matchGlob(pattern->parts.front(), names.back());
        if (matched) {
            return pattern->negated ? Verdict::Kept : Verdict::Ignored;
        }
    }
    return Verdict::None;
}

} // namespace cirque::workspace
