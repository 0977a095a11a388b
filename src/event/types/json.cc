// SPDX-License-Identifier: Apache-2.0
#include "event/types/json.hh"

#include "event/types/json-text.hh"
#include "event/types/records-steps.hh"

#include <fmt/format.h>

#include <charconv>
#include <type_traits>

namespace cirque::event {
namespace {

void appendNumber(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto [end, code] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end);
}

template <class T>
void appendFields(std::string& out, const T& value);

void appendName(std::string& out, std::string_view name) {
    out += '"';
    out += name;
    out += "\":";
}

void append(std::string& out, std::string_view name, const std::string& text) {
    appendTextField(out, name, text);
}

void append(std::string& out, std::string_view name, std::int64_t number) {
    appendName(out, name);
    appendNumber(out, number);
}

void append(std::string& out, std::string_view name, int number) {
    append(out, name, static_cast<std::int64_t>(number));
}

void append(std::string& out, std::string_view name, bool flag) {
    appendName(out, name);
    out += flag ? "true" : "false";
}

void append(std::string& out, std::string_view name, Millis duration) {
    append(out, name, static_cast<std::int64_t>(duration.count()));
}

void append(std::string& out, std::string_view name, const Outcome& outcome) {
    appendName(out, name);
    appendName(out += '{', "kind");
    appendJsonString(out, toString(outcome.kind));
    const auto optional = [&](std::string_view key, const auto& value, bool given) {
        if (given) {
            append(out += ',', key, value);
        }
    };
    optional("exit", outcome.exit.value_or(0), outcome.exit.has_value());
    optional("signal", outcome.signal.value_or(0), outcome.signal.has_value());
    optional("oom", outcome.oom, outcome.oom);
    optional("timeout", outcome.timeout, outcome.timeout);
    optional("skip", std::string(toString(outcome.skip)), outcome.skip != SkipReason::None);
    optional("message", outcome.message, !outcome.message.empty());
    optional("hint", outcome.hint, !outcome.hint.empty());
    out += '}';
}

// Names are checked to be UTF-8 before a plan exists, so lists of them need no base64 form.
void append(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
    appendName(out, name);
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out += i == 0 ? "" : ",";
        appendJsonString(out, texts[i]);
    }
    out += ']';
}

template <RecordList T>
void append(std::string& out, std::string_view name, const T& elements) {
    appendName(out, name);
    out += '[';
    for (std::size_t i = 0; i < elements.size(); ++i) {
        out += i == 0 ? "{" : ",{";
        appendFields(out, elements[i]);
        out += '}';
    }
    out += ']';
}

template <class T>
bool isEmpty(const T& value) {
    return value == T{};
}

// Commas between the fields of `value`; none before the first.
template <class T>
void appendFields(std::string& out, const T& value) {
    const std::size_t start = out.size();
    const auto one = [&](const auto& field) {
        const auto& member = value.*field.member;
        using Member = std::remove_cvref_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, TryRef>) {
            out += out.size() == start ? "" : ",";
            appendFields(out, member);
        } else {
            if constexpr (!RecordList<Member>) {
                if (field.need == Need::Optional && isEmpty(member)) {
                    return;
                }
            }
            out += out.size() == start ? "" : ",";
            append(out, field.name, member);
        }
    };
    std::apply([&](const auto&... field) { (one(field), ...); }, Record<T>::fields);
}

} // namespace

void appendLine(std::string& out, const Event& event) {
    out += "{\"v\":";
    appendNumber(out, schemaVersion);
    append(out += ',', "seq", event.seq);
    appendName(out += ',', "time");
    appendIso8601(out += '"', event.time);
    append(out += "\",", "mono", event.mono.nanos);
    appendName(out += ',', "run");
    appendJsonString(out, event.run.text());
    std::visit(
        [&]<class T>(const T& body) {
            appendName(out += ',', "type");
            appendJsonString(out, Record<T>::type);
            if constexpr (std::tuple_size_v<std::remove_cvref_t<decltype(Record<T>::fields)>> > 0) {
                out += ',';
                appendFields(out, body);
            }
        },
        event.body);
    out += "}\n";
}

std::string toLine(const Event& event) {
    std::string out;
    appendLine(out, event);
    out.pop_back();
    return out;
}

} // namespace cirque::event
