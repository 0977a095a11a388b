// SPDX-License-Identifier: Apache-2.0
#include "event/types/reference.hh"

#include "event/types/records-steps.hh"

#include <fmt/format.h>

#include <type_traits>

namespace cirque::event {
namespace {

constexpr std::string_view intro = R"(# Events

This page is made from the table in `src/event/types/records.hh`; the test `EventReference` keeps it true.

Everything that happens in a run is one record in its journal (`runs/<run>/journal.jsonl`): one JSON object in one
line, in the order it happened. `cirque run` with the JSON listener prints the same records, and the lines of the logs
between them ([json.md](json.md)). Readers skip types and fields they do not know; a field never changes its meaning
within one version. A field marked "may be absent" is left out when it is empty, false or zero.

A text whose bytes are not UTF-8 is kept as it is: instead of `"message": "…"` there stands `"message64": "…"`, the
bytes in base64 (RFC 4648).

## Every record

| field | type | meaning |
|---|---|---|
| `v` | number | Version of the schema: 1. |
| `seq` | number | 1, 2, … without gaps in one run. |
| `time` | string | Wall clock in UTC: `2026-11-20T22:53:56.780123Z`. |
| `mono` | number | Monotonic clock in nanoseconds: what durations are measured with. |
| `run` | string | The id of the run, a UUIDv7. |
| `type` | string | One of the types below. |

An `outcome` is an object: `kind` is `succeeded`, `cached`, `failed`, `cancelled`, `interrupted`, `skipped` or
`infrastructure`; a failed one may have `exit`, `signal`, `oom`, `timeout`; a skipped one has `skip`: `own-condition`,
`need-failed`, `need-skipped`, `not-selected` or `cancelled`; each may have `message` and `hint`.
)";

template <class Member>
std::string_view typeName() {
    if constexpr (std::is_same_v<Member, std::string>) {
        return "string";
    } else if constexpr (std::is_same_v<Member, bool>) {
        return "bool";
    } else if constexpr (std::is_same_v<Member, Outcome>) {
        return "outcome";
    } else if constexpr (std::is_same_v<Member, std::vector<std::string>>) {
        return "list of strings";
    } else if constexpr (RecordList<Member>) {
        return "list of objects";
    } else {
        return "number";
    }
}

template <class T>
void appendRows(std::string& out, std::string_view prefix) {
    const auto row = [&]<class Owner, class Member>(const Field<Owner, Member>& field) {
        if constexpr (std::is_same_v<Member, TryRef>) {
            appendRows<TryRef>(out, prefix);
        } else {
            out += fmt::format("| `{}{}` | {} | {}{} |\n", prefix, field.name, typeName<Member>(), field.doc,
                               field.need == Need::Optional ? " May be absent." : "");
        }
        if constexpr (RecordList<Member>) {
            appendRows<typename Member::value_type>(out, fmt::format("{}[].", field.name));
        }
    };
    std::apply([&](const auto&... field) { (row(field), ...); }, Record<T>::fields);
}

template <class T>
void appendType(std::string& out) {
    out += fmt::format("\n## {}\n\n{}\n", Record<T>::type, Record<T>::doc);
    if constexpr (std::tuple_size_v<std::remove_cvref_t<decltype(Record<T>::fields)>> > 0) {
        out += "\n| field | type | meaning |\n|---|---|---|\n";
        appendRows<T>(out, "");
    }
}

} // namespace

std::string eventReference() {
    std::string out(intro);
    [&]<std::size_t... at>(std::index_sequence<at...>) {
        (appendType<std::variant_alternative_t<at, Body>>(out), ...);
    }(std::make_index_sequence<std::variant_size_v<Body>>());
    return out;
}

} // namespace cirque::event
