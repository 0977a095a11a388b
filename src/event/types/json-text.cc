// SPDX-License-Identifier: Apache-2.0
#include "event/types/json-text.hh"

#include "base/bytes.hh"
#include "base/text.hh"

#include <cstdint>

namespace cirque::event {
namespace {

constexpr std::string_view hexDigits = "0123456789abcdef";

bool needsEscape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void appendEscaped(std::string& out, char c) {
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default: {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\u00";
        out += hexDigits[byte >> 4U];
        out += hexDigits[byte & 15U];
    }
    }
}

void appendDigits(std::string& out, std::int64_t value, int digits) {
    const std::size_t end = out.size() + static_cast<std::size_t>(digits);
    out.resize(end);
    for (std::size_t at = end; digits > 0; --digits, value /= 10) {
        out[--at] = static_cast<char>('0' + value % 10);
    }
}

} // namespace

bool isPlainAscii(std::string_view text) {
    // without an early way out the compiler turns this into vector code
    unsigned char bad = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        bad |= static_cast<unsigned char>(((byte < 0x20) & (byte != '\t')) | (byte > 0x7e));
    }
    return bad == 0;
}

void appendJsonString(std::string& out, std::string_view text) {
    out += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (needsEscape(text[i])) {
            out.append(text, start, i - start);
            appendEscaped(out, text[i]);
            start = i + 1;
        }
    }
    out.append(text, start);
    out += '"';
}

void appendTextField(std::string& out, std::string_view name, std::string_view text) {
    out += '"';
    out += name;
    if (isPlainAscii(text) || isValidUtf8(text)) {
        out += "\":";
        appendJsonString(out, text);
    } else {
        out += "64\":\"";
        out += toBase64(text);
        out += '"';
    }
}

void putText(JsonObject& out, std::string_view name, std::string_view text) {
    if (isPlainAscii(text) || isValidUtf8(text)) {
        out[name] = text;
    } else {
        out[std::string(name) + "64"] = toBase64(text);
    }
}

std::optional<std::string> findText(const JsonObject& json, std::string_view name) {
    if (const Json* plain = json.if_contains(name)) {
        return plain->is_string() ? std::optional<std::string>(plain->get_string()) : std::nullopt;
    }
    const Json* coded = json.if_contains(std::string(name) + "64");
    return coded != nullptr && coded->is_string() ? parseBase64(coded->get_string()) : std::nullopt;
}

void appendIso8601(std::string& out, WallTime time) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds(time.micros)};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const std::int64_t micros = duration_cast<microseconds>(point - day).count();
    const std::int64_t second = micros / 1'000'000;
    appendDigits(out, static_cast<int>(date.year()), 4);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    appendDigits(out, second / 3600, 2);
    out += ':';
    appendDigits(out, second / 60 % 60, 2);
    out += ':';
    appendDigits(out, second % 60, 2);
    out += '.';
    appendDigits(out, micros % 1'000'000, 6);
    out += 'Z';
}

} // namespace cirque::event
