// SPDX-License-Identifier: Apache-2.0
#include "nix/log/json-scanner.hh"

#include <charconv>
#include <cstring>

namespace cirque::nix {
namespace {

constexpr int deepest = 64;

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

void appendUtf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80u | ((code >> shift) & 0x3fu)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0u | (code >> 6u));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0u | (code >> 12u));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0u | (code >> 18u));
        tail(12);
        tail(6);
        tail(0);
    }
}

constexpr std::uint32_t replacement = 0xfffd;

} // namespace

void JsonScanner::skipSpace() {
    while (at_ < end_ && isSpace(*at_)) {
        ++at_;
    }
}

char JsonScanner::peek() {
    skipSpace();
    return at_ < end_ ? *at_ : '\0';
}

bool JsonScanner::atEnd() {
    skipSpace();
    return at_ == end_;
}

bool JsonScanner::take(char c) {
    skipSpace();
    if (at_ == end_ || *at_ != c) {
        return false;
    }
    ++at_;
    return true;
}

bool JsonScanner::literal(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
        return false;
    }
    at_ += word.size();
    return true;
}

bool JsonScanner::string(std::string_view& out, std::string& scratch) {
    if (!take('"')) {
        return false;
    }
    const char* from = at_;
    while (at_ < end_) {
        const char c = *at_;
        if (c == '"') {
            out = std::string_view(from, static_cast<std::size_t>(at_ - from));
            ++at_;
            return true;
        }
        if (c == '\\') {
            if (!decode(scratch, from)) {
                return false;
            }
            out = scratch;
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            return false;
        }
        ++at_;
    }
    return false;
}

// From the first escape on; at_ stands on it, `from` at the string's begin.
bool JsonScanner::decode(std::string& out, const char* from) {
    out.assign(from, at_);
    while (at_ < end_) {
        const char* plain = at_;
        while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) {
            ++at_;
        }
        out.append(plain, at_);
        if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) {
            return false;
        }
        if (*at_++ == '"') {
            return true;
        }
        if (!escape(out)) {
            return false;
        }
    }
    return false;
}

bool JsonScanner::hex4(std::uint32_t& out) {
    if (end_ - at_ < 4) {
        return false;
    }
    const auto [stop, error] = std::from_chars(at_, at_ + 4, out, 16);
    if (error != std::errc() || stop != at_ + 4) {
        return false;
    }
    at_ += 4;
    return true;
}

bool JsonScanner::escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    if (at_ == end_) {
        return false;
    }
    const char c = *at_++;
    if (const std::size_t found = names.find(c); found != std::string_view::npos) {
        out += meant[found];
        return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hex4(code)) {
        return false;
    }
    if (code >= 0xd800 && code < 0xdc00) {
        std::uint32_t low = 0;
        const char* before = at_;
        const bool paired = literal("\\u") && hex4(low) && low >= 0xdc00 && low < 0xe000;
        at_ = paired ? at_ : before;
        code = paired ? 0x10000 + ((code - 0xd800) << 10u) + (low - 0xdc00) : replacement;
    } else if (code >= 0xdc00 && code < 0xe000) {
        code = replacement;
    }
    appendUtf8(out, code);
    return true;
}

bool JsonScanner::number(std::uint64_t& out) {
    skipSpace();
    const char* from = at_;
    const auto digits = [this] {
        const char* first = at_;
        while (at_ < end_ && isDigit(*at_)) {
            ++at_;
        }
        return at_ > first;
    };
    const bool negative = at_ < end_ && *at_ == '-';
    at_ += negative ? 1 : 0;
    const char* whole = at_;
    if (!digits() || (*whole == '0' && at_ - whole > 1)) {
        return false;
    }
    const char* wholeEnd = at_;
    if (at_ < end_ && *at_ == '.') {
        ++at_;
        if (!digits()) {
            return false;
        }
    }
    if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        at_ += at_ < end_ && (*at_ == '+' || *at_ == '-') ? 1 : 0;
        if (!digits()) {
            return false;
        }
    }
    out = 0;
    if (!negative && wholeEnd == at_ && std::from_chars(from, at_, out).ec != std::errc()) {
        out = 0;
    }
    return true;
}

bool JsonScanner::scalar(char first) {
    switch (first) {
    case 't':
        return literal("true");
    case 'f':
        return literal("false");
    case 'n':
        return literal("null");
    default: {
        std::uint64_t ignored = 0;
        return number(ignored);
    }
    }
}

// Without recursion: `open` holds which bracket each level needs.
bool JsonScanner::skipValue() {
    char open[deepest];
    int depth = 0;
    std::string scratch;
    std::string_view ignored;
    while (true) {
        const char c = peek();
        if (c == '{' || c == '[') {
            if (depth == deepest) {
                return false;
            }
            ++at_;
            open[depth++] = c == '{' ? '}' : ']';
            if (peek() != open[depth - 1]) {
                if (c == '{' && !(string(ignored, scratch) && take(':'))) {
                    return false;
                }
                continue;
            }
        } else if (!(c == '"' ? string(ignored, scratch) : scalar(c))) {
            return false;
        }
        while (depth > 0 && take(open[depth - 1])) {
            --depth;
        }
        if (depth == 0) {
            return true;
        }
        if (!take(',') || (open[depth - 1] == '}' && !(string(ignored, scratch) && take(':')))) {
            return false;
        }
    }
}

} // namespace cirque::nix
