// SPDX-License-Identifier: Apache-2.0
#include "event/types/json-text.hh"
#include "event/types/json.hh"

#include <fmt/format.h>

namespace cirque::event {
namespace {

void putGiven(JsonObject& out, std::string_view name, const std::string& text) {
    if (!text.empty()) {
        putText(out, name, text);
    }
}

Unexpected broken(std::string_view why) {
    return fail(ErrorCode::Corrupt, fmt::format("not an outcome: {}", why));
}

Result<void> readText(const JsonObject& json, std::string_view name, std::string& out) {
    if (auto text = findText(json, name)) {
        out = std::move(*text);
    } else if (json.contains(name) || json.contains(fmt::format("{}64", name))) {
        return broken(fmt::format("'{}' is not a text", name));
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
    putGiven(out, "message", outcome.message);
    putGiven(out, "hint", outcome.hint);
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
