// SPDX-License-Identifier: Apache-2.0
#include "report/junit/xml-writer.hh"

#include "base/assert.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::report {
namespace {

// XML 1.0 forbids U+FFFE and U+FFFF, which are valid UTF-8.
bool isForbidden(std::string_view at) {
    return at.starts_with("\xef\xbf\xbe") || at.starts_with("\xef\xbf\xbf");
}

std::string_view escapeOf(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;"; // so that "]]>" can never stand in text
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;"; // a newline in an attribute would be read as a space
    default:
        return {};
    }
}

void appendEscaped(std::string& out, std::string_view clean, bool attribute) {
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const char c = clean[i];
        const std::string_view escape = c == '\n' && !attribute ? std::string_view() : escapeOf(c);
        if (isForbidden(clean.substr(i))) {
            out += "\xef\xbf\xbd";
            i += 2;
        } else if (!escape.empty()) {
            out += escape;
        } else {
            out += c;
        }
    }
}

// Line by line without colours, control characters and bytes that are no UTF-8.
std::string cleanLines(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t end = text.find('\n');
        appendShown(out, text.substr(0, end), false);
        if (end == std::string_view::npos) {
            return out;
        }
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

} // namespace

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name) {
    if (!open_.empty()) {
        endTag();
        CIRQUE_ASSERT(!open_.back().hasText, "an element holds text or elements, not both");
        open_.back().hasElements = true;
        out_ += '\n';
    }
    out_.append(2 * open_.size(), ' ');
    out_ += '<';
    out_ += name;
    open_.push_back({std::string(name)});
    inTag_ = true;
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
    CIRQUE_ASSERT(inTag_, "attributes come before content");
    out_ += fmt::format(" {}=\"", name);
    appendEscaped(out_, cleanLines(value), true);
    out_ += '"';
}

void XmlWriter::attribute(std::string_view name, std::int64_t value) {
    attribute(name, std::string_view(fmt::format("{}", value)));
}

void XmlWriter::text(std::string_view text) {
    endTag();
    open_.back().hasText = true;
    appendEscaped(out_, cleanLines(text), false);
}

void XmlWriter::endTag() {
    out_ += inTag_ ? ">" : "";
    inTag_ = false;
}

void XmlWriter::close() {
    const Element element = std::move(open_.back());
    open_.pop_back();
    if (inTag_) {
        out_ += "/>";
        inTag_ = false;
    } else {
        if (element.hasElements) {
            out_ += '\n';
            out_.append(2 * open_.size(), ' ');
        }
        out_ += fmt::format("</{}>", element.name);
    }
}

std::string XmlWriter::take() && {
    CIRQUE_ASSERT(open_.empty(), "every element is closed");
    out_ += '\n';
    return std::move(out_);
}

} // namespace cirque::report
