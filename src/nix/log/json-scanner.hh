// SPDX-License-Identifier: Apache-2.0
// Reads JSON (RFC 8259) in one go over bytes that stay where they are, without building values: a Nix build
// may print a million records, and only a few fields of each matter. Base for record.cc; documents that are
// kept are read by base/json.hh.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cirque::nix {

class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    // Each returns false when the text is not so; then the rest is not to be read.
    bool take(char c); // after white space
    bool skipValue();  // nested up to 64 deep

    // A string, without copying when it has no escapes; else decoded into `scratch`, which must live as long
    // as `out`. A lone surrogate becomes U+FFFD. Bytes are not checked to be UTF-8.
    bool string(std::string_view& out, std::string& scratch);

    // A number. What is no whole number from 0 to 2^64-1 gives 0.
    bool number(std::uint64_t& out);

    // The next character after white space, NUL at the end.
    char peek();

    // Nothing but white space is left.
    bool atEnd();

  private:
    void skipSpace();
    bool literal(std::string_view word);
    bool decode(std::string& out, const char* from);
    bool escape(std::string& out);
    bool hex4(std::uint32_t& out);
    bool scalar(char first);

    const char* at_;
    const char* end_;
};

} // namespace cirque::nix
