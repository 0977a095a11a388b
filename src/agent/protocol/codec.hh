// SPDX-License-Identifier: Apache-2.0
// Values as bytes, for messages between two programs of one version: numbers are 8 bytes, lowest first; a
// text is its length and its bytes, whatever they are (variables and scripts need not be UTF-8).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cirque::agent {

class Writer {
  public:
    void number(std::int64_t value);

    void flag(bool value) { number(value ? 1 : 0); }

    void text(std::string_view value);

    // The number of the values that follow, each written by `one`.
    template <class List, class One>
    void list(const List& values, One one) {
        number(static_cast<std::int64_t>(values.size()));
        for (const auto& value : values) {
            one(*this, value);
        }
    }

    [[nodiscard]] std::string take() && { return std::move(bytes_); }

  private:
    std::string bytes_;
};

// Reads what Writer wrote. After bytes that are no such value everything reads as zero or empty, and ok() is
// false.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::int64_t number();

    bool flag() { return number() != 0; }

    std::string text();

    // `one` reads a value; what it returns is appended.
    template <class List, class One>
    void list(List& into, One one) {
        const std::int64_t count = number();
        for (std::int64_t at = 0; at < count && ok_; ++at) {
            into.push_back(one(*this));
        }
    }

    // What was read makes no sense.
    void refuse() { ok_ = false; }

    // Everything was read, and it was what was expected.
    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

} // namespace cirque::agent
