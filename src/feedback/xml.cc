// SPDX-License-Identifier: Apache-2.0
#include "feedback/xml.hh"

#include "base/text.hh"
#include "feedback/lines.hh"
#include "feedback/xml-text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::feedback {

XmlReader::XmlReader(std::string_view document, Texts texts)
    : texts_(std::move(texts)), document_(document), rest_(document) {
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    if (rest_.starts_with(byteOrderMark)) {
        rest_.remove_prefix(byteOrderMark.size());
    }
}

Unexpected XmlReader::wrong(std::string_view why) const {
    const std::string_view before = document_.substr(0, document_.size() - rest_.size());
    return fail(ErrorCode::InvalidPlan,
                fmt::format("line {}: {}", 1 + std::ranges::count(before, '\n'), why));
}

Unexpected XmlReader::wrong(Error error) const {
    return wrong(error.message);
}

std::string_view XmlReader::attribute(std::string_view name) const {
    const auto found = std::ranges::find(attributes_, name, &XmlAttribute::name);
    return found == attributes_.end() ? std::string_view() : std::string_view(found->value);
}

Result<XmlReader::Kind> XmlReader::next() {
    if (closesAtOnce_) {
        closesAtOnce_ = false;
        open_.pop_back();
        return Kind::Close;
    }
    if (open_.empty()) {
        return nextAtRoot();
    }
    while (!rest_.empty()) {
        if (rest_.front() != '<') {
            return readText();
        }
        if (rest_.starts_with("<!--")) {
            CIRQUE_TRY(skipPast("-->", "comment"));
        } else if (rest_.starts_with("<?")) {
            CIRQUE_TRY(skipPast("?>", "processing instruction"));
        } else {
            return readMarkup();
        }
    }
    return wrong(fmt::format("the document ends inside <{}>", texts_.name(open_.back())));
}

// Before and after the root element.
Result<XmlReader::Kind> XmlReader::nextAtRoot() {
    while (true) {
        skipSpace();
        if (rest_.empty()) {
            return rootSeen_ ? Result<Kind>(Kind::End) : wrong("there is no element");
        }
        if (rest_.starts_with("<!--")) {
            CIRQUE_TRY(skipPast("-->", "comment"));
        } else if (rest_.starts_with("<?")) {
            CIRQUE_TRY(readDeclaration());
        } else if (rest_.starts_with("<!DOCTYPE")) {
            return wrong("a document type is not accepted in a report");
        } else if (rest_.front() != '<' || rootSeen_) {
            return wrong(rootSeen_ ? "something stands after the end of the document" : "it is no XML");
        } else {
            rootSeen_ = true;
            return readMarkup();
        }
    }
}

// A processing instruction, or <?xml ... encoding="..."?>.
Result<void> XmlReader::readDeclaration() {
    const std::string_view whole = rest_.substr(0, rest_.find("?>"));
    const std::size_t at = whole.find("encoding=");
    if (whole.starts_with("<?xml") && at != std::string_view::npos) {
        std::string_view value = whole.substr(at + std::string_view("encoding=").size());
        const std::size_t end = value.empty() ? 0 : value.find(value.front(), 1);
        value = end == std::string_view::npos || value.empty() ? "" : value.substr(1, end - 1);
        if (!equalsIgnoringCase(value, "utf-8") && !equalsIgnoringCase(value, "utf8") &&
            !equalsIgnoringCase(value, "us-ascii") && !equalsIgnoringCase(value, "ascii")) {
            return wrong(fmt::format("its encoding is '{}'; only UTF-8 is read", texts_.name(value)));
        }
    }
    return skipPast("?>", "processing instruction");
}

Result<void> XmlReader::skipPast(std::string_view end, std::string_view what) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) {
        return wrong(fmt::format("a {} has no end", what));
    }
    rest_.remove_prefix(at + end.size());
    return {};
}

Result<XmlReader::Kind> XmlReader::readMarkup() {
    if (rest_.starts_with("</")) {
        return readClose();
    }
    if (rest_.starts_with("<![CDATA[")) {
        return open_.empty() ? Result<Kind>(wrong("text stands outside the root element")) : readCdata();
    }
    return readOpen();
}

Result<XmlReader::Kind> XmlReader::readOpen() {
    rest_.remove_prefix(1);
    name_ = takeName();
    if (name_.empty()) {
        return wrong("there is a '<' that begins no element");
    }
    if (open_.size() == deepestXml) {
        return wrong(fmt::format("elements are nested more than {} deep", deepestXml));
    }
    attributes_.clear();
    while (true) {
        const bool spaced = skipSpace();
        if (rest_.starts_with('>') || rest_.starts_with("/>")) {
            break;
        }
        if (!spaced) {
            return wrong(fmt::format("<{}> is malformed", texts_.name(name_)));
        }
        CIRQUE_TRY(readAttribute());
    }
    closesAtOnce_ = rest_.front() == '/';
    rest_.remove_prefix(closesAtOnce_ ? 2 : 1);
    open_.push_back(name_);
    return Kind::Open;
}

Result<void> XmlReader::readAttribute() {
    XmlAttribute made{takeName(), {}};
    skipSpace();
    if (made.name.empty() || !rest_.starts_with('=')) {
        return wrong(fmt::format("an attribute of <{}> is malformed", texts_.name(name_)));
    }
    rest_.remove_prefix(1);
    skipSpace();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const std::size_t end = quote == '"' || quote == '\'' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
        return wrong(fmt::format("the attribute '{}' has no end", texts_.name(made.name)));
    }
    const std::string_view raw = rest_.substr(1, end - 1);
    if (raw.contains('<')) {
        return wrong(fmt::format("there is a '<' in the attribute '{}'", texts_.name(made.name)));
    }
    const bool twice = std::ranges::find(attributes_, made.name, &XmlAttribute::name) != attributes_.end();
    if (twice || attributes_.size() == mostXmlAttributes) {
        return wrong(fmt::format("<{}> has an attribute twice, or more than {}", texts_.name(name_),
                                 mostXmlAttributes));
    }
    if (auto done = appendXmlText(made.value, raw); !done) {
        return wrong(std::move(done).error());
    }
    rest_.remove_prefix(end + 1);
    attributes_.push_back(std::move(made));
    return {};
}

Result<XmlReader::Kind> XmlReader::readClose() {
    rest_.remove_prefix(2);
    name_ = takeName();
    skipSpace();
    if (open_.empty() || name_ != open_.back() || !rest_.starts_with('>')) {
        return wrong(open_.empty() ? "an element is closed that was not opened"
                                   : fmt::format("</{}> stands where <{}> is open", texts_.name(name_),
                                                 texts_.name(open_.back())));
    }
    rest_.remove_prefix(1);
    open_.pop_back();
    return Kind::Close;
}

Result<XmlReader::Kind> XmlReader::readText() {
    const std::string_view raw = rest_.substr(0, rest_.find('<'));
    text_.clear();
    if (auto done = appendXmlText(text_, raw); !done) {
        return wrong(std::move(done).error());
    }
    rest_.remove_prefix(raw.size());
    return Kind::Text;
}

Result<XmlReader::Kind> XmlReader::readCdata() {
    rest_.remove_prefix(std::string_view("<![CDATA[").size());
    const std::size_t end = rest_.find("]]>");
    if (end == std::string_view::npos) {
        return wrong("a CDATA section has no end");
    }
    text_.assign(rest_.substr(0, end));
    rest_.remove_prefix(end + 3);
    return Kind::Text;
}

std::string_view XmlReader::takeName() {
    const std::string_view start = rest_;
    if (start.empty() || !isXmlNameStart(start.front())) {
        return {};
    }
    const auto end = std::ranges::find_if_not(start, isXmlNameByte);
    const std::string_view name = start.substr(0, static_cast<std::size_t>(end - start.begin()));
    rest_.remove_prefix(name.size());
    return name;
}

bool XmlReader::skipSpace() {
    const auto end = std::ranges::find_if_not(rest_, isXmlSpace);
    const auto count = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(count);
    return count > 0;
}

} // namespace cirque::feedback
