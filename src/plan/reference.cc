// SPDX-License-Identifier: Apache-2.0
#include "plan/schema.hh"

#include <fmt/format.h>

#include <iterator>

namespace cirque::plan {
namespace {

constexpr std::string_view introduction = R"(# The plan document, version 1

*Printed from `src/plan/schema.cc`; do not edit.*

A plan is one JSON object: everything a run needs, and the same whatever it was written in. `cirque plan --json`
prints it, `cirque run FILE.json` runs it. Version 1 is frozen: a plan that is valid today stays valid and keeps its
meaning.

- `"plan": 1` is required and written first. An unknown key is an error, except in objects that say otherwise.
- Durations are whole seconds, or text: `"500ms"`, `"90s"`, `"5m"`, `"2h"`. Where a table says *or null*, `null` switches
  an inherited value off.
- Texts are UTF-8 without NUL. Names have 1 to 255 bytes and no control characters; anything else is only a character.
- Any object may carry `"@pos"`, which gives its keys' places in the source (`{"needs": "ci.nix:12:7"}`) for error
  messages. It is ignored otherwise and never printed.
- A reference (`{"secret": …}`, `{"result": …, "name": …}`, `{"param": …}`) stands only where a *value* or an *axis* does.
  A result's job must be a transitive need that lists the name in `results`.
- A need must name a job, and there is no cycle. An input must come from a transitive need. Two of a job's needs must
  not export results under the same `NEEDS_…` variable.

A key without a default may be left out unless it says *required*.
)";

std::string anchor(std::string_view kind) {
    std::string out(kind);
    for (char& c : out) {
        c = c == ' ' ? '-' : c;
    }
    return out;
}

std::string linked(const Field& field) {
    std::string text = describeType(field);
    if (field.type == Type::Object) {
        const std::size_t at = text.rfind(field.kind);
        text.replace(at, field.kind.size(), fmt::format("[{}](#{})", field.kind, anchor(field.kind)));
    }
    return text;
}

std::string defaultText(const Field& field) {
    if (field.required) {
        return "*required*";
    }
    return field.fallback.empty() ? "" : fmt::format("`{}`", field.fallback);
}

void printKind(std::string& out, const ObjectKind& kind) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, "\n## {}\n\n{}\n", kind.name, kind.doc);
    if (kind.shortForm != Type::Object) {
        fmt::format_to(to, "\nShort form: {}: {}.\n", describeType(kind.shortForm), kind.shortDoc);
    }
    if (!kind.oneOf.empty()) {
        fmt::format_to(to, "\nExactly one of `{}`.\n", fmt::join(kind.oneOf, "`, `"));
    }
    fmt::format_to(to, "\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for (const Field& field : kind.fields) {
        fmt::format_to(to, "| `{}` | {} | {} | {}{} |\n", field.name, linked(field), defaultText(field),
                       field.doc,
                       field.with.empty() ? "" : fmt::format("; given exactly when `{}` is", field.with));
    }
}

} // namespace

std::string describeType(Type type) {
    switch (type) {
    case Type::Any:
        return "anything";
    case Type::Object:
    case Type::Provider:
        return "an object";
    case Type::Bool:
        return "a boolean";
    case Type::Count:
        return "an integer from 1";
    case Type::Text:
        return "a text";
    case Type::Name:
        return "a name";
    case Type::Scalar:
        return "a text, number or boolean";
    case Type::ScalarList:
        return "a list of texts, numbers or booleans";
    case Type::Script:
        return "a text or a list of texts";
    case Type::Duration:
        return "a duration";
    case Type::Wait:
        return "a duration or 0";
    case Type::When:
        return "a status function";
    case Type::EnvName:
    case Type::EnvKey:
        return "a variable's name";
    case Type::EnvPattern:
        return "a variable's name or pattern";
    case Type::ResultName:
        return "a result's name";
    case Type::ParamName:
        return "a parameter's name";
    case Type::RelativePath:
        return "a relative path";
    case Type::PathEntry:
        return "a folder or token";
    case Type::FilePath:
        return "a path";
    case Type::Token:
        return "a token";
    case Type::StorePath:
        return "a store path";
    case Type::DrvPath:
        return "a derivation's store path";
    case Type::System:
        return "a system";
    case Type::Ports:
        return "a list of ports, or an object, each value a port";
    case Type::TcpTarget:
        return "a port or `HOST:PORT`";
    case Type::HttpTarget:
        return "a URL or a port";
    }
    return "something";
}

std::string describeType(const Field& field) {
    std::string element = describeType(field.type);
    if (field.type == Type::Object) {
        element = fmt::format("an object ({})", field.kind);
    } else if (field.type == Type::Provider) {
        element = "an object (provider)";
    } else if (!field.words.empty()) {
        element = fmt::format("`{}`", fmt::join(field.words, "`, `"));
    }
    switch (field.shape) {
    case Shape::One:
        return element + (field.nullable ? " or null" : "");
    case Shape::List:
        return "a list, each " + element;
    case Shape::Map:
        return "an object, each value " + element;
    }
    return element;
}

std::string referencePage() {
    std::string out(introduction);
    for (const ObjectKind& kind : schema()) {
        printKind(out, kind);
    }
    return out;
}

} // namespace cirque::plan
