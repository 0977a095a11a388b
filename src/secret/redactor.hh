// SPDX-License-Identifier: Apache-2.0
// Keeps secret values out of what people and files see: a byte filter between a pipe and every sink.
// Not a promise against a step that means harm (it can print a secret reversed); it stops accidents.
//
// What is replaced by "***": each value of at least 3 bytes; the value without its trailing newlines; of a
// value with several lines each line of more than 3 bytes; all of these also as secret/escapes.hh writes
// them; and the base64 of the value, alone and with a newline after it, as one unwrapped word. A value of 1
// or 2 bytes (tooShort) is not replaced, because that would destroy the log and still tell the value; the
// caller says so. Overlapping occurrences become one "***".
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::secret {

inline constexpr std::string_view redactionMark = "***";
inline constexpr std::size_t minRedactedBytes = 3;

// It is shown though it is a secret.
constexpr bool tooShort(std::string_view value) {
    return !value.empty() && value.size() < minRedactedBytes;
}

// The immutable automaton (Aho-Corasick with sparse edges); shared by every stream of a job. Memory: about 20
// bytes per byte of pattern.
class RedactionSet {
  public:
    explicit RedactionSet(std::span<const std::string> values);

    [[nodiscard]] bool empty() const { return nodes_.size() <= 1; }

  private:
    friend class Redactor;

    struct Node {
        std::uint32_t child = 0;   // first child; 0: none
        std::uint32_t sibling = 0; // next child of the same parent
        std::uint32_t fail = 0;
        std::uint32_t depth = 0;
        std::uint32_t match = 0; // length of the longest pattern that ends here; 0: none
        unsigned char byte = 0;
    };

    void add(std::string_view pattern);
    void addText(std::string_view text); // also as programs escape it
    void link();
    [[nodiscard]] std::uint32_t childOf(std::uint32_t node, unsigned char byte) const;
    [[nodiscard]] std::uint32_t step(std::uint32_t node, unsigned char byte) const;

    std::vector<Node> nodes_;
    std::array<std::uint32_t, 256> root_{};
    std::bitset<65536> pairs_; // the first two bytes of each pattern: what lets the scan run at memory speed
};

// One stream. Holds back at most (longest pattern - 1) bytes between calls.
class Redactor {
  public:
    explicit Redactor(std::shared_ptr<const RedactionSet> set);
    explicit Redactor(std::span<const std::string> values);

    // What may be shown after `bytes` have arrived. The view points into `bytes` or into this object and is
    // valid until the next call. Without secrets it is `bytes` itself.
    std::string_view apply(std::string_view bytes);

    // The rest at the end of the stream; the redactor then starts anew.
    std::string_view flush();

  private:
    struct Range {
        std::uint64_t begin;
        std::uint64_t end;
    };

    void scan(std::string_view bytes);
    void addMatch(std::uint64_t end, std::uint64_t length);
    void emit(std::string_view bytes, std::uint64_t limit);
    void emitRaw(std::string_view bytes, std::uint64_t begin, std::uint64_t end);

    std::shared_ptr<const RedactionSet> set_;
    std::uint32_t state_ = 0;
    std::uint64_t position_ = 0;     // of the next byte to arrive
    std::uint64_t coveredUntil_ = 0; // bytes before it need no output any more
    std::string held_;               // the last bytes before position_ that are not shown yet
    std::vector<Range> matches_;     // in what is held, in order, not overlapping
    std::string out_;
};

// A whole text at once: for messages.
std::string redact(std::string_view text, std::span<const std::string> values);
std::string redact(std::string_view text, std::shared_ptr<const RedactionSet> set);

} // namespace cirque::secret
