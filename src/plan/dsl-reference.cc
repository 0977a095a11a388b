// SPDX-License-Identifier: Apache-2.0
#include "plan/dsl-reference.hh"

#include "plan/schema.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cirque::plan {
namespace {

// Where the library's word for a key, or what it takes, is not the plan's. An empty `dsl`: the library makes
// it.
struct Difference {
    std::string_view kind;
    std::string_view key;
    std::string_view dsl;
    std::string_view type = {};
    std::string_view doc = {};
};

constexpr std::array differences{
    Difference{"plan", "plan", ""},
    Difference{"plan", "hostTools", ""},
    Difference{"plan", "files", ""},
    Difference{"job", "executor", "executor", "a place of `cirque.executors`"},
    Difference{"job", "outputs", "outputs", "an attribute set, each value a path or { path; when; }"},
    Difference{"job", "matrix", "matrix", "an attribute set, each value a list or a `cirque.result`"},
    Difference{"step", "run", "bash", "a text, or a list: a program and its arguments",
               "run with errexit, nounset and pipefail; `run` is another name of it"},
    Difference{"step", "build", "build", "a package", "built or fetched; its outputs become named values"},
    Difference{"step", "path", "deps", "a list of packages", "their programs come before those of PATH"},
    Difference{"step", "closure", ""},
    Difference{"service", "package", "package", "a package",
               "its main program runs; or, with `exec`, its programs come before those of PATH"},
    Difference{"service", "path", "deps", "a list of packages", "their programs come before those of PATH"},
    Difference{"service", "closure", ""},
};

const Difference* difference(std::string_view kind, std::string_view key) {
    const auto found = std::ranges::find_if(
        differences, [&](const Difference& row) { return row.kind == kind && row.key == key; });
    return found == differences.end() ? nullptr : &*found;
}

// In a Nix file an object is an attribute set, and which kind it is the key says.
std::string typeOf(const Field& field) {
    if (field.type == Type::Provider) {
        return "a list of `cirque.envProviders`";
    }
    if (field.type != Type::Object) {
        return describeType(field);
    }
    const Type shortForm = kindNamed(field.kind).shortForm;
    const std::string element =
        shortForm == Type::Object ? "an attribute set" : describeType(shortForm) + " or an attribute set";
    switch (field.shape) {
    case Shape::One:
        return element + (field.nullable ? " or null" : "");
    case Shape::List:
        return "a list, each " + element;
    case Shape::Map:
        return "an attribute set, each value " + element;
    }
    return element;
}

void printKeys(std::string& out, const ObjectKind& kind) {
    out += "| key | takes | default | meaning |\n|---|---|---|---|\n";
    for (const Field& field : kind.fields) {
        const Difference* other = difference(kind.name, field.name);
        if (other != nullptr && other->dsl.empty()) {
            continue;
        }
        const std::string_view name = other == nullptr ? field.name : other->dsl;
        const std::string type =
            other == nullptr || other->type.empty() ? typeOf(field) : std::string(other->type);
        const std::string fallback = field.fallback.empty() ? "" : fmt::format("`{}`", field.fallback);
        const std::string_view doc = other == nullptr || other->doc.empty() ? field.doc : other->doc;
        fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", name, type,
                       field.required ? "*required*" : fallback, doc);
    }
}

} // namespace

std::string withDslKeys(std::string_view page) {
    constexpr std::string_view opening = "<!-- keys: ";
    constexpr std::string_view closing = " -->\n";
    constexpr std::string_view end = "<!-- end -->";
    std::string out;
    for (std::size_t at = page.find(opening); at != std::string_view::npos; at = page.find(opening)) {
        const std::size_t name = at + opening.size();
        const std::size_t body = page.find(closing, name) + closing.size();
        const std::string_view kind = page.substr(name, body - closing.size() - name);
        out += page.substr(0, body);
        printKeys(out, kindNamed(kind == "workflow" ? "plan" : kind));
        page.remove_prefix(page.find(end, body));
    }
    out += page;
    return out;
}

} // namespace cirque::plan
