// SPDX-License-Identifier: Apache-2.0
#include "plan/condition.hh"
#include "plan/convert.hh"
#include "plan/duration.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::plan::convert {
namespace {

std::string textOf(const Json& json) {
    return json.is_string() ? std::string(json.get_string()) : std::string();
}

EnvProvider provider(const Json& json) {
    EnvProvider out;
    out.kindName = text(json, "kind");
    if (out.kindName == "file") {
        out.kind = EnvProvider::Kind::File;
        out.path = text(json, "path");
        out.required = flag(json, "required", false);
        out.secrets = flag(json, "secrets", false);
    } else if (out.kindName == "static") {
        out.kind = EnvProvider::Kind::Static;
        out.secrets = flag(json, "secrets", false);
        if (const Json* values = find(json, "values"); values != nullptr && values->is_object()) {
            for (const auto& [key, inner] : values->get_object()) {
                if (std::string_view(key) != "@pos") {
                    out.values.emplace_back(key, scalar(inner));
                }
            }
        }
    } else if (out.kindName == "required") {
        out.kind = EnvProvider::Kind::Required;
        out.names = texts(json, "names");
    } else {
        out.kind = EnvProvider::Kind::Other;
        if (json.is_object()) {
            JsonObject rest; // built anew: erasing from a JSON object changes the order of the others
            for (const auto& [key, inner] : json.get_object()) {
                if (std::string_view(key) != "kind" && std::string_view(key) != "@pos") {
                    rest.emplace(key, withoutPositions(inner));
                }
            }
            out.options = std::move(rest);
        }
    }
    return out;
}

} // namespace

const Json* find(const Json& json, std::string_view key) {
    return json.is_object() ? json.get_object().if_contains(key) : nullptr;
}

std::string text(const Json& json, std::string_view key, std::string_view fallback) {
    const Json* found = find(json, key);
    return found != nullptr && found->is_string() ? textOf(*found) : std::string(fallback);
}

bool flag(const Json& json, std::string_view key, bool fallback) {
    const Json* found = find(json, key);
    return found != nullptr && found->is_bool() ? found->get_bool() : fallback;
}

std::vector<std::string> texts(const Json& json, std::string_view key) {
    std::vector<std::string> out;
    if (const Json* found = find(json, key); found != nullptr && found->is_array()) {
        for (const Json& element : found->get_array()) {
            out.push_back(textOf(element));
        }
    }
    return out;
}

std::string scalar(const Json& json) {
    if (json.is_bool()) {
        return json.get_bool() ? "true" : "false";
    }
    if (json.is_int64()) {
        return fmt::format("{}", json.get_int64());
    }
    if (json.is_uint64()) {
        return fmt::format("{}", json.get_uint64());
    }
    if (json.is_double()) {
        return fmt::format("{:f}", json.get_double());
    }
    return textOf(json);
}

std::vector<std::string> scalars(const Json& json) {
    std::vector<std::string> out;
    if (json.is_array()) {
        for (const Json& element : json.get_array()) {
            out.push_back(scalar(element));
        }
    }
    return out;
}

Json withoutPositions(const Json& json) {
    if (json.is_object()) {
        JsonObject out;
        for (const auto& [key, inner] : json.get_object()) {
            if (std::string_view(key) != "@pos") {
                out.emplace(key, withoutPositions(inner));
            }
        }
        return out;
    }
    if (json.is_array()) {
        JsonArray out;
        for (const Json& element : json.get_array()) {
            out.push_back(withoutPositions(element));
        }
        return out;
    }
    return json;
}

Value value(const Json& json) {
    if (!json.is_object()) {
        return {Value::Kind::Literal, scalar(json), {}};
    }
    if (find(json, "secret") != nullptr) {
        return {Value::Kind::Secret, text(json, "secret"), {}};
    }
    if (find(json, "result") != nullptr) {
        return {Value::Kind::Result, text(json, "name"), text(json, "result")};
    }
    if (find(json, "param") != nullptr) {
        return {Value::Kind::Param, text(json, "param"), {}};
    }
    const Json* literal = find(json, "value");
    return {Value::Kind::Literal, literal == nullptr ? std::string() : scalar(*literal), {}};
}

Env env(const Json& json) {
    Env out;
    if (const Json* found = find(json, "env"); found != nullptr && found->is_object()) {
        for (const auto& [key, inner] : found->get_object()) {
            if (std::string_view(key) != "@pos") {
                out.push_back({std::string(key), value(inner)});
            }
        }
    }
    std::ranges::sort(out, {}, &EnvEntry::name);
    return out;
}

std::vector<EnvProvider> envFrom(const Json& json) {
    std::vector<EnvProvider> out;
    if (const Json* found = find(json, "envFrom"); found != nullptr && found->is_array()) {
        for (const Json& element : found->get_array()) {
            out.push_back(provider(element));
        }
    }
    return out;
}

std::optional<std::vector<std::string>> passEnv(const Json& json) {
    return find(json, "passEnv") == nullptr ? std::nullopt : std::optional(texts(json, "passEnv"));
}

Setting<Retry> retry(const Json& json, std::string_view key) {
    const Json* found = find(json, key);
    if (found == nullptr) {
        return {};
    }
    if (!found->is_object()) {
        return {Setting<Retry>::State::Off, {}};
    }
    Retry out;
    if (const Json* most = find(*found, "max_attempts"); most != nullptr && most->is_number()) {
        boost::system::error_code inexact;
        out.maxAttempts = most->to_number<int>(inexact);
    }
    if (find(*found, "backoff") != nullptr) {
        const std::string backoff = text(*found, "backoff");
        out.backoff = backoff == "linear"     ? Backoff::Linear
                      : backoff == "constant" ? Backoff::Constant
                                              : Backoff::Exponential;
    }
    if (const Json* least = find(*found, "min_time")) {
        out.minTime = readDuration(*least);
    }
    if (const Json* most = find(*found, "max_time")) {
        out.maxTime = readDuration(*most);
    }
    return {Setting<Retry>::State::Set, out};
}

Setting<Millis> duration(const Json& json, std::string_view key) {
    const Json* found = find(json, key);
    if (found == nullptr) {
        return {};
    }
    const std::optional<Millis> read = readDuration(*found);
    return read ? Setting<Millis>{Setting<Millis>::State::Set, *read}
                : Setting<Millis>{Setting<Millis>::State::Off, Millis{}};
}

Condition condition(const Json& json) {
    const Json* found = find(json, "condition");
    if (found == nullptr || found->is_null()) {
        return {};
    }
    if (found->is_object()) {
        return {parseWhen(text(*found, "when", "success()")).value_or(When::Success), text(*found, "bash")};
    }
    return parseCondition(textOf(*found));
}

Derivation derivation(const Json& json) {
    Derivation out{text(json, "drv"), {"out"}};
    if (find(json, "outputs") != nullptr) {
        out.outputs = texts(json, "outputs");
    }
    return out;
}

Closure closure(const Json& json) {
    Closure out;
    if (const Json* found = find(json, "closure")) {
        forEachElement(*found, "derivations",
                       [&](const Json& one) { out.derivations.push_back(derivation(one)); });
        out.paths = texts(*found, "paths");
        out.hostTools = texts(*found, "hostTools");
        out.files = texts(*found, "files");
    }
    return out;
}

} // namespace cirque::plan::convert
