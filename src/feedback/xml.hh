// SPDX-License-Identifier: Apache-2.0
// A pull reader of XML 1.0 as reports use it: elements, attributes, text, CDATA; comments and processing
// instructions are passed over. Not a general XML library: UTF-8 only, no namespaces, and a document type is
// refused, so that there are no entities to grow, no files to fetch and nothing to recurse into. It checks
// that the document is whole: one root, every element closed by its own name, nothing after it. Pure.
#pragma once

#include "base/result.hh"
#include "feedback/texts.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::feedback {

inline constexpr std::size_t deepestXml = 100;
inline constexpr std::size_t mostXmlAttributes = 100;

struct XmlAttribute {
    std::string_view name;
    std::string value;
};

class XmlReader {
  public:
    enum class Kind { Open, Close, Text, End };

    // `document` outlives the reader and every view it gives. `texts` makes the names that an error tells.
    explicit XmlReader(std::string_view document, Texts texts = {});

    // The next piece; an element that is empty is opened and closed. End stays End. Failure (InvalidPlan,
    // naming the line): malformed, broken off, too deep, a document type, another encoding. Then do not go
    // on.
    Result<Kind> next();

    [[nodiscard]] std::string_view name() const { return name_; } // of Open and Close

    // Of Open: the value, or "".
    [[nodiscard]] std::string_view attribute(std::string_view name) const;

    [[nodiscard]] std::string_view text() const { return text_; } // of Text, until the next call

  private:
    Result<Kind> nextAtRoot();
    Result<Kind> readMarkup();
    Result<Kind> readOpen();
    Result<Kind> readClose();
    Result<Kind> readText();
    Result<Kind> readCdata();
    Result<void> readAttribute();
    Result<void> readDeclaration();
    Result<void> skipPast(std::string_view end, std::string_view what);
    std::string_view takeName();
    bool skipSpace();
    [[nodiscard]] Unexpected wrong(std::string_view why) const;
    [[nodiscard]] Unexpected wrong(Error error) const;

    Texts texts_;
    std::string_view document_;
    std::string_view rest_;
    std::vector<std::string_view> open_;
    std::vector<XmlAttribute> attributes_;
    std::string_view name_;
    std::string text_;
    bool closesAtOnce_ = false; // the last Open was <x/>
    bool rootSeen_ = false;
};

} // namespace cirque::feedback
