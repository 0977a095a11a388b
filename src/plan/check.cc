// SPDX-License-Identifier: Apache-2.0
#include "plan/check.hh"

#include "base/text.hh"
#include "plan/condition.hh"
#include "plan/contains.hh"
#include "plan/duration.hh"
#include "plan/executor-options.hh"
#include "plan/formats.hh"
#include "plan/schema.hh"
#include "plan/service.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::plan {
namespace {

constexpr std::size_t mostFindings = 10'000;
constexpr std::uint64_t highestCount = 1'000'000;

std::string_view jsonKind(const Json& value) {
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
        return "a number";
    case boost::json::kind::string:
        return "a string";
    case boost::json::kind::array:
        return "a list";
    case boost::json::kind::object:
        return "an object";
    }
    return "something else";
}

std::string suggestion(std::string_view text, std::span<const std::string_view> candidates) {
    const std::string_view near = nearest(text, candidates);
    return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

bool isScalar(const Json& value) {
    return value.is_string() || value.is_bool() || value.is_number();
}

class Checker {
  public:
    std::vector<Finding> findings;

    void object(const ObjectKind& kind, const Json& value, const Cursor& at);

  private:
    void options(const JsonObject& executor, const Cursor& at);
    void unknownKey(const ObjectKind& kind, std::string_view key, const Cursor& at);
    void missingKeys(const ObjectKind& kind, const JsonObject& object, const Cursor& at);
    void field(const Field& field, const Json& value, const Cursor& at);
    void map(const Field& field, const Json& value, const Cursor& at);
    void one(const Field& field, const Json& value, const Cursor& at);
    void text(const Field& field, const Json& value, const Cursor& at);
    void script(const Json& value, const Cursor& at);
    void format(Type type, std::string_view value, const Cursor& at);
    void duration(Type type, const Json& value, const Cursor& at);
    void count(const Json& value, const Cursor& at);
    void scalarList(const Json& value, const Cursor& at);
    bool place(Type type, const Json& value, const Cursor& at);
    void wrongType(std::string_view expected, const Json& value, const Cursor& at);

    void add(const Cursor& at, std::string message, std::string hint = {}, std::string_view key = {}) {
        if (findings.size() < mostFindings) {
            findings.push_back({at.path(), std::move(message), std::move(hint), std::string(key)});
        }
    }
};

void Checker::wrongType(std::string_view expected, const Json& value, const Cursor& at) {
    add(at, fmt::format("expected {}, got {}", expected, jsonKind(value)));
}

void Checker::object(const ObjectKind& kind, const Json& value, const Cursor& at) {
    if (!value.is_object()) {
        if (kind.shortForm == Type::Object) {
            wrongType(fmt::format("an object ({})", kind.name), value, at);
        } else if (kind.shortForm == Type::ScalarList ? value.is_array() : isScalar(value)) {
            one({.name = {}, .type = kind.shortForm}, value, at);
        } else {
            wrongType(fmt::format("{} or an object ({})", describeType(kind.shortForm), kind.name), value,
                      at);
        }
        return;
    }
    const JsonObject& object = value.get_object();
    for (const auto& [key, inner] : object) {
        const std::string_view name(key);
        if (name == "@pos") {
            continue;
        }
        const auto known = std::ranges::find(kind.fields, name, &Field::name);
        if (known != kind.fields.end()) {
            field(*known, inner, Cursor(&at, name));
        } else if (!kind.open) {
            unknownKey(kind, name, at);
        }
    }
    missingKeys(kind, object, at);
    if (kind.name == "executor") {
        options(object, at);
    }
}

// Which keys an executor's options have is said by its kind.
void Checker::options(const JsonObject& executor, const Cursor& at) {
    const Json* kind = executor.if_contains("kind");
    const bool named = kind != nullptr && kind->is_string();
    std::string place = named ? std::string(kind->get_string()) : "local";
    const Json* given = executor.if_contains("options");
    if (given != nullptr && !given->is_object()) {
        return;
    }
    JsonObject options = given == nullptr ? JsonObject() : given->get_object();
    settlePlace(place, options);
    if (const ObjectKind* known = executorOptions(place)) {
        object(*known, Json(std::move(options)), Cursor(&at, "options"));
    }
}

void Checker::unknownKey(const ObjectKind& kind, std::string_view key, const Cursor& at) {
    if (findings.size() >= mostFindings) {
        return;
    }
    std::vector<std::string_view> names;
    for (const Field& known : kind.fields) {
        names.push_back(known.name);
    }
    std::string hint = suggestion(key, names);
    hint += hint.empty() ? "" : " ";
    hint += fmt::format("this cirque reads plan version {}", schemaVersion);
    add(at, fmt::format("unknown key {}", quoted(key)), std::move(hint), key);
}

void Checker::missingKeys(const ObjectKind& kind, const JsonObject& object, const Cursor& at) {
    for (const Field& known : kind.fields) {
        if (known.required && !object.contains(known.name)) {
            add(at, fmt::format("the key '{}' is missing", known.name), std::string(known.doc));
        }
        if (!known.with.empty() && object.contains(known.name) != object.contains(known.with)) {
            add(at, fmt::format("'{}' and '{}' are given together or not at all", known.with, known.name));
        }
    }
    if (kind.oneOf.empty()) {
        return;
    }
    const auto given =
        std::ranges::count_if(kind.oneOf, [&](std::string_view key) { return object.contains(key); });
    if (given != 1) {
        add(at, fmt::format("exactly one of '{}' is needed, got {}", fmt::join(kind.oneOf, "', '"),
                            given == 0 ? "none" : "several"));
    }
}

void Checker::field(const Field& field, const Json& value, const Cursor& at) {
    if (value.is_null() && field.nullable) {
        return;
    }
    if (field.shape == Shape::Map) {
        map(field, value, at);
        return;
    }
    if (field.shape == Shape::One) {
        one(field, value, at);
        return;
    }
    if (!value.is_array()) {
        wrongType(describeType(field), value, at);
        return;
    }
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
        one(field, value.get_array()[i], Cursor(&at, i));
    }
}

void Checker::map(const Field& field, const Json& value, const Cursor& at) {
    if (!value.is_object()) {
        wrongType(describeType(field), value, at);
        return;
    }
    for (const auto& [key, inner] : value.get_object()) {
        const std::string_view name(key);
        if (name == "@pos") {
            continue;
        }
        const Cursor below(&at, name);
        if (field.type != Type::Any) {
            format(field.keys, name, below);
        }
        one(field, inner, below);
    }
}

void Checker::one(const Field& field, const Json& value, const Cursor& at) {
    switch (field.type) {
    case Type::Any:
        return;
    case Type::Object:
        object(kindNamed(field.kind), value, at);
        return;
    case Type::Provider: {
        const Json* kind = value.is_object() ? value.get_object().if_contains("kind") : nullptr;
        const bool named = kind != nullptr && kind->is_string();
        object(providerKind(named ? std::string_view(kind->get_string()) : ""), value, at);
        return;
    }
    case Type::Bool:
        if (!value.is_bool()) {
            wrongType(describeType(field.type), value, at);
        }
        return;
    case Type::Count:
        count(value, at);
        return;
    case Type::Scalar:
        if (!isScalar(value)) {
            wrongType(describeType(field.type), value, at);
        } else if (value.is_string()) {
            format(field.type, std::string_view(value.get_string()), at);
        }
        return;
    case Type::ScalarList:
        scalarList(value, at);
        return;
    case Type::Script:
        script(value, at);
        return;
    case Type::Duration:
    case Type::Wait:
        duration(field.type, value, at);
        return;
    case Type::Text:
    case Type::Name:
    case Type::When:
    case Type::EnvName:
    case Type::EnvKey:
    case Type::EnvPattern:
    case Type::ResultName:
    case Type::ParamName:
    case Type::RelativePath:
    case Type::PathEntry:
    case Type::FilePath:
    case Type::Token:
    case Type::StorePath:
    case Type::DrvPath:
    case Type::System:
    case Type::Ports:
    case Type::TcpTarget:
    case Type::HttpTarget:
        text(field, value, at);
        return;
    }
}

// Where a service listens or is asked; false: it is another type.
bool Checker::place(Type type, const Json& value, const Cursor& at) {
    std::string problem;
    if (type == Type::Ports) {
        problem = portsProblem(value);
    } else if (type == Type::TcpTarget) {
        problem = tcpProblem(value);
    } else if (type == Type::HttpTarget) {
        problem = httpProblem(value);
    } else {
        return false;
    }
    if (!problem.empty()) {
        add(at, std::move(problem));
    }
    return true;
}

void Checker::text(const Field& field, const Json& value, const Cursor& at) {
    if (place(field.type, value, at)) {
        return;
    }
    if (!value.is_string()) {
        wrongType(describeType(field.type), value, at);
        return;
    }
    const std::string_view given(value.get_string());
    if (!field.words.empty() && !contains(field.words, given)) {
        std::string hint = suggestion(given, field.words);
        add(at, fmt::format("{} is none of '{}'", quoted(given), fmt::join(field.words, "', '")),
            std::move(hint));
        return;
    }
    if (field.type == Type::When && !parseWhen(given)) {
        add(at,
            fmt::format("{} is none of 'success()', 'failure()', 'always()', 'cancelled()'", quoted(given)),
            "bash goes into 'bash'");
        return;
    }
    format(field.type, given, at);
}

void Checker::format(Type type, std::string_view value, const Cursor& at) {
    if (std::string problem = formatProblem(type, value); !problem.empty()) {
        add(at, fmt::format("{} {}", quoted(value), problem));
    }
}

void Checker::script(const Json& value, const Cursor& at) {
    if (value.is_string()) {
        format(Type::Text, std::string_view(value.get_string()), at);
        return;
    }
    if (!value.is_array()) {
        wrongType(describeType(Type::Script), value, at);
        return;
    }
    const JsonArray& words = value.get_array();
    if (words.empty() || (words.front().is_string() && words.front().get_string().empty())) {
        add(at, "names no program", "the first word is the program");
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Cursor below(&at, i);
        if (!words[i].is_string()) {
            wrongType(describeType(Type::Text), words[i], below);
            continue;
        }
        const std::string_view word(words[i].get_string());
        format(Type::Text, word, below);
        if (word.size() >= longestEnvString) {
            add(below,
                fmt::format("an argument of {} bytes is longer than Linux accepts ({})", word.size(),
                            longestEnvString - 1),
                "put it in a file");
        }
    }
}

void Checker::duration(Type type, const Json& value, const Cursor& at) {
    if (!value.is_string() && !value.is_number()) {
        wrongType(describeType(type), value, at);
        return;
    }
    const std::optional<Millis> read = readDuration(value);
    if (!read) {
        add(at,
            fmt::format("{} is not a duration",
                        quoted(value.is_string() ? std::string(value.get_string()) : toLine(value))),
            "write whole seconds, or a string like \"500ms\", \"90s\", \"5m\", \"2h\"");
    } else if (type == Type::Duration && read->count() == 0) {
        add(at, "must be longer than 0", "null switches an inherited value off");
    }
}

void Checker::count(const Json& value, const Cursor& at) {
    const bool whole = value.is_uint64() || (value.is_int64() && value.get_int64() >= 0);
    if (!value.is_number()) {
        wrongType(describeType(Type::Count), value, at);
    } else if (const std::uint64_t number = whole ? value.to_number<std::uint64_t>() : 0;
               number < 1 || number > highestCount) {
        add(at, fmt::format("{} is not an integer from 1 to {}", toLine(value), highestCount));
    }
}

void Checker::scalarList(const Json& value, const Cursor& at) {
    if (!value.is_array()) {
        wrongType(describeType(Type::ScalarList), value, at);
        return;
    }
    if (value.get_array().empty()) {
        add(at, "has no values", "an axis needs at least one");
    }
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
        one({.name = {}, .type = Type::Scalar}, value.get_array()[i], Cursor(&at, i));
    }
}

} // namespace

std::vector<Finding> checkSchema(const Json& document) {
    Checker checker;
    checker.object(schema().front(), document, Cursor());
    return std::move(checker.findings);
}

} // namespace cirque::plan
