// SPDX-License-Identifier: Apache-2.0
// Keys from the bytes a terminal sends (ECMA-48 and what xterm made of it). Sequences may arrive in pieces.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::report::tui {

enum class KeyKind { Text, Up, Down, PageUp, PageDown, Home, End, Enter, Backspace, Escape };

struct Key {
    KeyKind kind = KeyKind::Text;
    std::string text{}; // of Text: one character in UTF-8
    bool operator==(const Key&) const = default;
};

class KeyDecoder {
  public:
    // The keys that are complete with these bytes. What no key is known for is swallowed.
    std::vector<Key> feed(std::string_view bytes);

    // Nothing came for a while: an escape that stands alone was the key itself.
    std::vector<Key> settle();

    [[nodiscard]] bool waiting() const { return !pending_.empty(); }

  private:
    std::string pending_; // the beginning of a sequence or of a character; a few bytes
};

} // namespace cirque::report::tui
