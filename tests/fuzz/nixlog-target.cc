// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "base/json.hh"
#include "nix/log/failures.hh"
#include "nix/log/meter.hh"
#include "nix/log/parser.hh"
#include "nix/log/render.hh"
#include "tests/fuzz/target.hh"

namespace cirque::fuzz {
namespace {

std::string textIn(const JsonObject& record, std::string_view key) {
    const Json* value = record.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t numberOf(const Json& value) {
    if (value.is_uint64()) {
        return value.get_uint64();
    }
    return value.is_int64() && value.get_int64() >= 0 ? static_cast<std::uint64_t>(value.get_int64()) : 0;
}

// Whatever a full JSON parser reads as an object is a record, with the same fields.
void compare(std::string_view line) {
    const auto whole = parseJson(line, "line");
    if (!whole || !whole->is_object()) {
        return;
    }
    const JsonObject& wanted = whole->get_object();
    nix::RecordReader reader;
    nix::LogRecord record;
    CIRQUE_ASSERT(reader.read(line, record), "an object is a record");
    const bool hasBoth = wanted.contains("text") && wanted.contains("msg");
    const std::string text = textIn(wanted, "text") + textIn(wanted, "msg");
    CIRQUE_ASSERT(hasBoth || record.text == text, "the same text");
    const Json* id = wanted.if_contains("id");
    CIRQUE_ASSERT(record.id == (id == nullptr ? 0 : numberOf(*id)), "the same id");
    const Json* fields = wanted.if_contains("fields");
    const JsonArray none;
    const JsonArray& list = fields != nullptr && fields->is_array() ? fields->get_array() : none;
    CIRQUE_ASSERT(record.fieldCount == std::min(list.size(), nix::LogRecord::mostFields), "as many fields");
    for (std::size_t i = 0; i < record.fieldCount; ++i) {
        CIRQUE_ASSERT(record.numberAt(i) == numberOf(list[i]), "the same number");
        const std::string_view field = list[i].is_string() ? std::string_view(list[i].get_string()) : "";
        CIRQUE_ASSERT(record.textAt(i) == field, "the same text in a field");
    }
}

// Everything that is told of the stream, in pieces of that size.
std::string told(std::string_view bytes, std::size_t size) {
    nix::LogParser parser;
    nix::LogText text;
    nix::Failures failures;
    nix::BuildMeter meter(MonoTime{});
    std::string out;
    const nix::LogParser::Receive receive = [&](const nix::LogEvent& event) {
        text.append(out, event, parser.counts());
        failures.take(event);
        meter.take(event);
        (void)meter.due(parser.counts(), MonoTime{});
    };
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        parser.feed(bytes.substr(at, size), receive);
    }
    parser.finish(receive);
    CIRQUE_ASSERT(parser.activities() == 0, "nothing is under way after the end");
    return out + failures.describe("/nix/store/x.drv");
}

} // namespace

void nixlog(std::string_view bytes) {
    constexpr std::string_view mark = "@nix ";
    CIRQUE_ASSERT(told(bytes, bytes.size() + 1) == told(bytes, 3), "pieces of any size tell the same");
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        const std::string_view line = bytes.substr(at, end - at);
        compare(line.starts_with(mark) ? line.substr(mark.size()) : line);
        at = end + 1;
    }
}

} // namespace cirque::fuzz
