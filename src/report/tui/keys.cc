// SPDX-License-Identifier: Apache-2.0
#include "report/tui/keys.hh"

#include "base/text.hh"

#include <algorithm>
#include <array>
#include <optional>

namespace cirque::report::tui {
namespace {

constexpr std::size_t longestSequence = 32; // beyond, it is none

struct Known {
    std::string_view bytes;
    KeyKind kind;
};

constexpr std::array<Known, 19> sequences{{
    {"\x1b[A", KeyKind::Up},    {"\x1bOA", KeyKind::Up},      {"\x1b[B", KeyKind::Down},
    {"\x1bOB", KeyKind::Down},  {"\x1b[5~", KeyKind::PageUp}, {"\x1b[6~", KeyKind::PageDown},
    {"\x1b[H", KeyKind::Home},  {"\x1bOH", KeyKind::Home},    {"\x1b[1~", KeyKind::Home},
    {"\x1b[7~", KeyKind::Home}, {"\x1b[F", KeyKind::End},     {"\x1bOF", KeyKind::End},
    {"\x1b[4~", KeyKind::End},  {"\x1b[8~", KeyKind::End},    {"\r", KeyKind::Enter},
    {"\n", KeyKind::Enter},     {"\x7f", KeyKind::Backspace}, {"\b", KeyKind::Backspace},
    {"\x1bOM", KeyKind::Enter},
}};

// Length of the sequence at the front of `bytes`, which begin with ESC; 0: it is not complete.
std::size_t escapeLength(std::string_view bytes) {
    if (bytes.size() < 2) {
        return 0;
    }
    if (bytes[1] == 'O') {
        return bytes.size() < 3 ? 0 : 3;
    }
    if (bytes[1] != '[') {
        return bytes[1] == '\x1b' ? 1 : 2; // ESC ESC: the first is a key; else a key with Alt
    }
    for (std::size_t i = 2; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (byte >= 0x40 && byte <= 0x7e) {
            return i + 1;
        }
        if (byte < 0x20 || byte > 0x7e || i >= longestSequence) {
            return i; // no sequence after all: what broke it is looked at by itself
        }
    }
    return 0;
}

// Length of the character at the front; 0: not complete.
std::size_t characterLength(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
    for (std::size_t i = 1; i < std::min(length, bytes.size()); ++i) {
        if ((static_cast<unsigned char>(bytes[i]) & 0xc0U) != 0x80U) {
            return i;
        }
    }
    return bytes.size() < length ? 0 : length;
}

std::optional<Key> keyOf(std::string_view bytes) {
    if (bytes == "\x1b") {
        return Key{KeyKind::Escape};
    }
    const auto found = std::ranges::find(sequences, bytes, &Known::bytes);
    if (found != sequences.end()) {
        return Key{found->kind};
    }
    if (bytes.front() == '\x1b' || !isValidUtf8(bytes) || hasControlCharacter(bytes)) {
        return std::nullopt;
    }
    return Key{KeyKind::Text, std::string(bytes)};
}

} // namespace

std::vector<Key> KeyDecoder::feed(std::string_view bytes) {
    pending_ += bytes;
    std::vector<Key> keys;
    std::string_view rest = pending_;
    while (!rest.empty()) {
        const std::size_t length = rest.front() == '\x1b' ? escapeLength(rest) : characterLength(rest);
        if (length == 0) {
            break;
        }
        if (auto key = keyOf(rest.substr(0, length))) {
            keys.push_back(std::move(*key));
        }
        rest.remove_prefix(length);
    }
    pending_ = std::string(rest);
    return keys;
}

std::vector<Key> KeyDecoder::settle() {
    const bool escape = pending_ == "\x1b";
    pending_.clear();
    return escape ? std::vector<Key>{{KeyKind::Escape}} : std::vector<Key>{};
}

} // namespace cirque::report::tui
