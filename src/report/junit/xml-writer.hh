// SPDX-License-Identifier: Apache-2.0
// Writes XML 1.0 that is well-formed for any bytes: what XML cannot say becomes U+FFFD. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

class XmlWriter {
  public:
    XmlWriter();

    // Opens an element; its attributes follow, before its content.
    void open(std::string_view name);
    void attribute(std::string_view name, std::string_view value);
    void attribute(std::string_view name, std::int64_t value);
    // Several lines stay several lines.
    void text(std::string_view text);
    void close();

    // The document, once everything is closed.
    [[nodiscard]] std::string take() &&;

  private:
    void endTag();

    struct Element {
        std::string name;
        bool hasText = false;
        bool hasElements = false;
    };

    std::string out_;
    std::vector<Element> open_;
    bool inTag_ = false;
};

} // namespace cirque::report
