// SPDX-License-Identifier: Apache-2.0
#include "plan/to-json-parts.hh"

namespace cirque::plan::parts {

Json toJson(const std::vector<std::string>& texts) {
    JsonArray out;
    for (const std::string& text : texts) {
        out.emplace_back(text);
    }
    return out;
}

Json toJson(const Value& value) {
    switch (value.kind) {
    case Value::Kind::Literal:
        return {{"value", value.text}};
    case Value::Kind::Secret:
        return {{"secret", value.text}};
    case Value::Kind::Result:
        return {{"result", value.job}, {"name", value.text}};
    case Value::Kind::Param:
        return {{"param", value.text}};
    }
    return {};
}

void putEnv(JsonObject& out, const Env& env) {
    if (!env.empty()) {
        JsonObject object;
        for (const EnvEntry& entry : env) {
            object[entry.name] = toJson(entry.value);
        }
        out["env"] = std::move(object);
    }
}

void putText(JsonObject& out, std::string_view key, const std::string& text, std::string_view fallback) {
    if (text != fallback) {
        out[key] = text;
    }
}

void putTexts(JsonObject& out, std::string_view key, const std::vector<std::string>& texts) {
    if (!texts.empty()) {
        out[key] = toJson(texts);
    }
}

Json toJson(const Derivation& derivation) {
    return {{"drv", derivation.drv}, {"outputs", toJson(derivation.outputs)}};
}

void putClosure(JsonObject& out, const Closure& closure) {
    if (closure == Closure{}) {
        return;
    }
    JsonObject object;
    if (!closure.derivations.empty()) {
        JsonArray array;
        for (const Derivation& derivation : closure.derivations) {
            array.push_back(toJson(derivation));
        }
        object["derivations"] = std::move(array);
    }
    putTexts(object, "paths", closure.paths);
    putTexts(object, "hostTools", closure.hostTools);
    putTexts(object, "files", closure.files);
    out["closure"] = std::move(object);
}

} // namespace cirque::plan::parts
