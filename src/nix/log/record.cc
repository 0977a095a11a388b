// SPDX-License-Identifier: Apache-2.0
#include "nix/log/record.hh"

#include "nix/log/json-scanner.hh"

#include <algorithm>

namespace cirque::nix {
namespace {

struct ActionName {
    std::string_view name;
    LogRecord::Action action;
};

constexpr std::array<ActionName, 4> actions{{{"result", LogRecord::Action::Result},
                                             {"start", LogRecord::Action::Start},
                                             {"stop", LogRecord::Action::Stop},
                                             {"msg", LogRecord::Action::Message}}};

struct NumberKey {
    std::string_view name;
    std::uint64_t LogRecord::* member;
};

constexpr std::array<NumberKey, 3> numbers{
    {{"id", &LogRecord::id}, {"type", &LogRecord::type}, {"level", &LogRecord::level}}};

bool isNumber(char first) {
    return first == '-' || (first >= '0' && first <= '9');
}

// A text, or whatever else stands there skipped.
bool textOr(JsonScanner& scanner, std::string_view& out, std::string& scratch) {
    return scanner.peek() == '"' ? scanner.string(out, scratch) : scanner.skipValue();
}

bool fieldsOf(JsonScanner& scanner, LogRecord& out, std::array<std::string, LogRecord::mostFields>& scratch) {
    out.fieldCount = 0;
    if (scanner.peek() != '[') {
        return scanner.skipValue();
    }
    scanner.take('[');
    if (scanner.take(']')) {
        return true;
    }
    do {
        const std::size_t index = out.fieldCount;
        if (index == LogRecord::mostFields) {
            if (!scanner.skipValue()) {
                return false;
            }
            continue;
        }
        LogField& field = out.fields[index];
        field = {};
        const char first = scanner.peek();
        const bool good =
            isNumber(first) ? scanner.number(field.number) : textOr(scanner, field.text, scratch[index]);
        if (!good) {
            return false;
        }
        ++out.fieldCount;
    } while (scanner.take(','));
    return scanner.take(']');
}

} // namespace

bool RecordReader::read(std::string_view json, LogRecord& out) {
    out.action = LogRecord::Action::Other;
    out.id = out.type = out.level = 0;
    out.text = {};
    out.fieldCount = 0;
    JsonScanner scanner(json);
    if (!scanner.take('{')) {
        return false;
    }
    if (scanner.take('}')) {
        return scanner.atEnd();
    }
    do {
        std::string_view key;
        if (!scanner.string(key, key_) || !scanner.take(':')) {
            return false;
        }
        const auto* number = std::ranges::find(numbers, key, &NumberKey::name);
        bool good = false;
        if (number != numbers.end()) {
            good = isNumber(scanner.peek()) ? scanner.number(out.*(number->member)) : scanner.skipValue();
        } else if (key == "fields") {
            good = fieldsOf(scanner, out, fields_);
        } else if (key == "text" || key == "msg") {
            good = textOr(scanner, out.text, text_);
        } else if (key == "action") {
            std::string_view name;
            good = textOr(scanner, name, action_);
            const auto* found = std::ranges::find(actions, name, &ActionName::name);
            out.action = found == actions.end() ? LogRecord::Action::Other : found->action;
        } else {
            good = scanner.skipValue();
        }
        if (!good) {
            return false;
        }
    } while (scanner.take(','));
    return scanner.take('}') && scanner.atEnd();
}

} // namespace cirque::nix
