// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hh"
#include "base/text.hh"
#include "event/types/json.hh"

#include <fmt/format.h>

#include <limits>

namespace cirque::event {
namespace {

void putText(JsonObject& out, std::string_view name, const std::string& text) {
    if (text.empty()) {
        return;
    }
    if (isValidUtf8(text)) {
        out[name] = text;
    } else {
        out[fmt::format("{}64", name)] = toBase64(text);
    }
}

Unexpected broken(std::string_view why) {
    return fail(ErrorCode::Corrupt, fmt::format("not an outcome: {}", why));
}

Result<void> readText(const JsonObject& json, std::string_view name, std::string& out) {
    if (const Json* plain = json.if_contains(name)) {
        if (!plain->is_string()) {
            return broken(fmt::format("'{}' is not a string", name));
        }
        out = plain->get_string();
    } else if (const Json* coded = json.if_contains(fmt::format("{}64", name))) {
        auto bytes = coded->is_string() ? parseBase64(coded->get_string()) : std::nullopt;
        if (!bytes) {
            return broken(fmt::format("'{}64' is not base64", name));
        }
        out = std::move(*bytes);
    }
    return {};
}

Result<void> readNumber(const JsonObject& json, std::string_view name, std::optional<int>& out) {
    if (const Json* value = json.if_contains(name)) {
        boost::system::error_code code;
        const int number = value->to_number<int>(code);
        if (code) {
            return broken(fmt::format("'{}' is not a small number", name));
        }
        out = number;
    }
    return {};
}

Result<void> readFlag(const JsonObject& json, std::string_view name, bool& out) {
    if (const Json* value = json.if_contains(name)) {
        if (!value->is_bool()) {
            return broken(fmt::format("'{}' is not true or false", name));
        }
        out = value->get_bool();
    }
    return {};
}

} // namespace

JsonObject toJson(const Outcome& outcome) {
    JsonObject out;
    out["kind"] = toString(outcome.kind);
    if (outcome.exit) {
        out["exit"] = *outcome.exit;
    }
    if (outcome.signal) {
        out["signal"] = *outcome.signal;
    }
    if (outcome.oom) {
        out["oom"] = true;
    }
    if (outcome.timeout) {
        out["timeout"] = true;
    }
    if (outcome.skip != SkipReason::None) {
        out["skip"] = toString(outcome.skip);
    }
    putText(out, "message", outcome.message);
    putText(out, "hint", outcome.hint);
    return out;
}

Result<Outcome> parseOutcome(const Json& json) {
    const JsonObject* object = json.if_object();
    if (object == nullptr) {
        return broken("not an object");
    }
    Outcome out;
    const Json* kind = object->if_contains("kind");
    const auto known =
        kind != nullptr && kind->is_string() ? parseOutcomeKind(kind->get_string()) : std::nullopt;
    if (!known) {
        return broken("no 'kind' that this version knows");
    }
    out.kind = *known;
    if (const Json* skip = object->if_contains("skip")) {
        const auto reason = skip->is_string() ? parseSkipReason(skip->get_string()) : std::nullopt;
        if (!reason) {
            return broken("no 'skip' that this version knows");
        }
        out.skip = *reason;
    }
    CIRQUE_TRY(readNumber(*object, "exit", out.exit));
    CIRQUE_TRY(readNumber(*object, "signal", out.signal));
    CIRQUE_TRY(readFlag(*object, "oom", out.oom));
    CIRQUE_TRY(readFlag(*object, "timeout", out.timeout));
    CIRQUE_TRY(readText(*object, "message", out.message));
    CIRQUE_TRY(readText(*object, "hint", out.hint));
    return out;
}

} // namespace cirque::event
