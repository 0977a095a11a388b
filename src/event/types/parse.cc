// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hh"
#include "event/types/json.hh"
#include "event/types/records-steps.hh"

#include <fmt/format.h>

#include <array>
#include <type_traits>

namespace cirque::event {
namespace {

constexpr std::size_t deepest = 32;

Unexpected broken(std::string_view why) {
    return fail(ErrorCode::Corrupt, fmt::format("not a record of an event: {}", why));
}

Unexpected wrongType(std::string_view name, std::string_view wanted) {
    return broken(fmt::format("'{}' is not {}", name, wanted));
}

template <class T>
Result<void> readFields(const JsonObject& json, T& value);

Result<void> read(const Json& json, std::string_view name, std::string& out) {
    if (!json.is_string()) {
        return wrongType(name, "a string");
    }
    out.assign(json.get_string().data(), json.get_string().size());
    return {};
}

template <class T>
    requires(std::is_same_v<T, int> || std::is_same_v<T, std::int64_t>)
Result<void> read(const Json& json, std::string_view name, T& out) {
    boost::system::error_code code;
    out = json.is_double() ? T{} : json.to_number<T>(code);
    if (code || json.is_double()) {
        return wrongType(name, "a whole number in range");
    }
    return {};
}

Result<void> read(const Json& json, std::string_view name, bool& out) {
    if (!json.is_bool()) {
        return wrongType(name, "true or false");
    }
    out = json.get_bool();
    return {};
}

Result<void> read(const Json& json, std::string_view name, Millis& out) {
    std::int64_t count = 0;
    CIRQUE_TRY(read(json, name, count));
    out = Millis(count);
    return {};
}

Result<void> read(const Json& json, std::string_view name, Outcome& out) {
    auto outcome = parseOutcome(json);
    if (!outcome) {
        return broken(fmt::format("'{}': {}", name, outcome.error().message));
    }
    out = std::move(*outcome);
    return {};
}

template <class T>
Result<void> read(const Json& json, std::string_view name, std::vector<T>& out) {
    if (!json.is_array()) {
        return wrongType(name, "a list");
    }
    for (const Json& element : json.get_array()) {
        T& made = out.emplace_back();
        if constexpr (std::is_same_v<T, std::string>) {
            CIRQUE_TRY(read(element, name, made));
        } else {
            if (!element.is_object()) {
                return wrongType(name, "a list of objects");
            }
            CIRQUE_TRY(readFields(element.get_object(), made));
        }
    }
    return {};
}

// The text under NAME, or the bytes under NAME64.
Result<bool> readBytes(const JsonObject& json, std::string_view name, std::string& out) {
    std::array<char, 64> key{};
    const auto end = fmt::format_to_n(key.data(), key.size(), "{}64", name).out;
    const Json* coded =
        json.if_contains(std::string_view(key.data(), static_cast<std::size_t>(end - key.data())));
    if (coded == nullptr) {
        return false;
    }
    auto bytes = coded->is_string() ? parseBase64(coded->get_string()) : std::nullopt;
    if (!bytes) {
        return wrongType(name, "base64");
    }
    out = std::move(*bytes);
    return true;
}

template <class T, class F>
Result<void> readField(const JsonObject& json, T& value, const F& field) {
    auto& member = value.*field.member;
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, TryRef>) {
        return readFields(json, member);
    } else {
        if (const Json* found = json.if_contains(field.name)) {
            return read(*found, field.name, member);
        }
        if constexpr (std::is_same_v<Member, std::string>) {
            CIRQUE_TRY_ASSIGN(const bool there, readBytes(json, field.name, member));
            if (there) {
                return {};
            }
        }
        if (field.need == Need::Required) {
            return broken(fmt::format("no '{}'", field.name));
        }
        return {};
    }
}

template <class T>
Result<void> readFields(const JsonObject& json, T& value) {
    Result<void> result;
    const auto one = [&](const auto& field) {
        result = readField(json, value, field);
        return result.has_value();
    };
    std::apply([&](const auto&... field) { static_cast<void>((one(field) && ...)); }, Record<T>::fields);
    return result;
}

// The alternative of Body whose type name is `type`.
template <std::size_t at = 0>
Result<std::optional<Body>> readBody(std::string_view type, const JsonObject& json) {
    if constexpr (at == std::variant_size_v<Body>) {
        return std::optional<Body>();
    } else {
        using T = std::variant_alternative_t<at, Body>;
        if (type != Record<T>::type) {
            return readBody<at + 1>(type, json);
        }
        T body;
        CIRQUE_TRY(readFields(json, body));
        return std::optional<Body>(std::move(body));
    }
}

Result<std::optional<Event>> readEvent(const JsonObject& json) {
    int version = 0;
    std::string text;
    const auto field = [&](std::string_view name, auto& out) -> Result<void> {
        const Json* found = json.if_contains(name);
        return found == nullptr ? broken(fmt::format("no '{}'", name)) : read(*found, name, out);
    };
    CIRQUE_TRY(field("v", version));
    if (version != schemaVersion) {
        return fail(ErrorCode::Unsupported,
                    fmt::format("the event record has version {}, this program reads version {}", version,
                                schemaVersion),
                    "use the version of Cirque that wrote it, or a newer one");
    }
    CIRQUE_TRY(field("type", text));
    CIRQUE_TRY_ASSIGN(auto body, readBody(text, json));
    if (!body) {
        return std::optional<Event>();
    }
    Event event;
    event.body = std::move(*body);
    CIRQUE_TRY(field("seq", event.seq));
    CIRQUE_TRY(field("mono", event.mono.nanos));
    CIRQUE_TRY(field("time", text));
    const auto time = parseIso8601(text);
    if (!time) {
        return wrongType("time", "a time");
    }
    event.time = *time;
    CIRQUE_TRY(field("run", text));
    const auto run = RunId::parse(text);
    if (!run) {
        return wrongType("run", "the id of a run");
    }
    event.run = *run;
    return std::optional<Event>(std::move(event));
}

} // namespace

Result<std::optional<Event>> parseEvent(std::string_view line) {
    std::array<unsigned char, 4096> scratch;
    boost::json::monotonic_resource memory(scratch.data(), scratch.size());
    boost::json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code code;
    const Json json = boost::json::parse(line, code, &memory, options);
    if (code) {
        return broken(code.message());
    }
    if (!json.is_object()) {
        return broken("not an object");
    }
    return readEvent(json.get_object());
}

} // namespace cirque::event
