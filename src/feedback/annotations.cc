// SPDX-License-Identifier: Apache-2.0
#include "feedback/annotations.hh"

#include "base/text.hh"
#include "feedback/lines.hh"

#include <algorithm>
#include <array>
#include <utility>

namespace cirque::feedback {
namespace {

using Escape = std::pair<std::string_view, char>;
constexpr std::array<Escape, 5> escapes{
    {{"%0D", '\r'}, {"%0A", '\n'}, {"%3A", ':'}, {"%2C", ','}, {"%25", '%'}}};
constexpr std::array<std::string_view, 3> levels{"error", "warning", "notice"};
constexpr std::string_view stopCommand = "stop-commands";
constexpr std::string_view mark = "::";

std::string unescape(std::string_view text, bool property) {
    std::string out;
    while (!text.empty()) {
        const std::size_t plain = text.find('%');
        out += text.substr(0, plain);
        if (plain == std::string_view::npos) {
            break;
        }
        text.remove_prefix(plain);
        const auto known = std::ranges::find_if(escapes, [&](const Escape& escape) {
            const bool propertyOnly = escape.second == ':' || escape.second == ',';
            return text.starts_with(escape.first) && (property || !propertyOnly);
        });
        out += known == escapes.end() ? '%' : known->second;
        text.remove_prefix(known == escapes.end() ? 1 : known->first.size());
    }
    return out;
}

bool isBlank(std::string_view text) {
    return trim(text).empty();
}

struct Command {
    std::string_view name;
    std::string_view properties;
    std::string_view data;
};

// `text` begins with "::".
std::optional<Command> parseCommand(std::string_view text) {
    text.remove_prefix(mark.size());
    const std::size_t end = text.find(mark);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view head = text.substr(0, end);
    const std::size_t space = head.find(' ');
    Command command{head.substr(0, space), {}, text.substr(end + mark.size())};
    if (space != std::string_view::npos) {
        command.properties = trim(head.substr(space + 1));
    }
    return command;
}

void setProperty(event::Annotation& annotation, std::string_view name, std::string value) {
    const auto number = [&] { return parseCount(trim(value)).value_or(0); };
    if (equalsIgnoringCase(name, "file")) {
        annotation.file = std::move(value);
    } else if (equalsIgnoringCase(name, "title")) {
        annotation.title = std::move(value);
    } else if (equalsIgnoringCase(name, "line")) {
        annotation.line = number();
    } else if (equalsIgnoringCase(name, "endLine")) {
        annotation.endLine = number();
    } else if (equalsIgnoringCase(name, "col")) {
        annotation.column = number();
    }
}

event::Annotation toAnnotation(std::string_view level, const Command& command, const Texts& texts) {
    event::Annotation annotation;
    annotation.level = level;
    annotation.message = texts.message(unescape(command.data, false));
    for (const std::string_view pair : split(command.properties, ',')) {
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) {
            setProperty(annotation, trim(pair.substr(0, equals)), unescape(pair.substr(equals + 1), true));
        }
    }
    annotation.title = texts.name(annotation.title);
    annotation.file = texts.message(annotation.file);
    return annotation;
}

// A token that is a command's own name, or nothing, could never end what it began.
bool isToken(std::string_view text) {
    return !trim(text).empty() && !equalsIgnoringCase(text, stopCommand) &&
           std::ranges::none_of(levels,
                                [&](std::string_view level) { return equalsIgnoringCase(text, level); });
}

} // namespace

void AnnotationScanner::feed(std::string_view bytes, const Found& found) {
    while (!bytes.empty()) {
        if (state_ == State::LineStart) {
            bytes = findCommand(bytes, found);
        } else if (state_ == State::Held) {
            bytes = takeHeld(bytes, found);
        } else {
            const std::size_t end = bytes.find('\n');
            state_ = end == std::string_view::npos ? State::Skipping : State::LineStart;
            bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        }
    }
}

// `bytes` begin a line. Returns what stands after the next line that may be a command.
std::string_view AnnotationScanner::findCommand(std::string_view bytes, const Found& found) {
    const std::size_t at = bytes.find(mark);
    if (at == std::string_view::npos) {
        const std::size_t last = bytes.rfind('\n');
        hold(last == std::string_view::npos ? bytes : bytes.substr(last + 1));
        return {};
    }
    const std::size_t before = at == 0 ? std::string_view::npos : bytes.rfind('\n', at - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = bytes.find('\n', at);
    const bool command = isBlank(bytes.substr(start, at - start));
    if (end == std::string_view::npos) {
        hold(bytes.substr(start));
        return {};
    }
    if (command) {
        line(bytes.substr(start, end - start), found);
    }
    return bytes.substr(end + 1);
}

// Keeps the beginning of a line that has not ended, while it may still be a command.
void AnnotationScanner::hold(std::string_view tail) {
    const std::string_view text = tail.substr(std::min(tail.size(), tail.find_first_not_of(" \t\r\v\f")));
    const bool possible = text.empty() || text == ":" || text.starts_with(mark);
    if (!possible || (text.empty() && tail.size() > longestCommand)) {
        state_ = State::Skipping;
        held_.clear();
        return;
    }
    state_ = tail.empty() ? State::LineStart : State::Held;
    held_.assign(tail.substr(0, longestCommand));
}

std::string_view AnnotationScanner::takeHeld(std::string_view bytes, const Found& found) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    held_ += part.substr(0, longestCommand - std::min(longestCommand, held_.size()));
    if (end == std::string_view::npos) {
        const std::string whole = std::move(held_);
        hold(whole);
        return {};
    }
    const std::string whole = std::exchange(held_, {});
    state_ = State::LineStart;
    line(whole, found);
    return bytes.substr(end + 1);
}

void AnnotationScanner::finish(const Found& found) {
    if (state_ == State::Held) {
        line(std::exchange(held_, {}), found);
    }
    state_ = State::LineStart;
}

void AnnotationScanner::line(std::string_view text, const Found& found) {
    text = trim(text.substr(0, longestCommand));
    const auto command = text.starts_with(mark) ? parseCommand(text) : std::nullopt;
    if (!command) {
        return;
    }
    if (stop_) {
        if (equalsIgnoringCase(command->name, *stop_)) {
            stop_.reset();
        }
        return;
    }
    if (equalsIgnoringCase(command->name, stopCommand)) {
        const std::string token = unescape(command->data, false);
        if (isToken(token)) {
            stop_ = token;
        }
        return;
    }
    for (const std::string_view level : levels) {
        if (equalsIgnoringCase(command->name, level)) {
            found(toAnnotation(level, *command, texts_));
            return;
        }
    }
}

} // namespace cirque::feedback
