// SPDX-License-Identifier: Apache-2.0
#include "agent/protocol/parts.hh"

#include <fmt/format.h>

#include <optional>

namespace cirque::agent {

namespace {

void writeOptional(Writer& out, const std::optional<int>& value) {
    out.flag(value.has_value());
    out.number(value.value_or(0));
}

std::optional<int> readOptional(Reader& in) {
    const bool given = in.flag();
    const int value = static_cast<int>(in.number());
    return given ? std::optional<int>(value) : std::nullopt;
}

// Where the job's own processes could speak for the agent, nothing but these may come out of it.
bool isOutcomeOfStep(OutcomeKind kind) {
    return kind == OutcomeKind::Succeeded || kind == OutcomeKind::Failed || kind == OutcomeKind::Cancelled ||
           kind == OutcomeKind::Infrastructure;
}

} // namespace

void writeText(Writer& out, const std::string& text) {
    out.text(text);
}

std::string readText(Reader& in) {
    return in.text();
}

Error notUnderstood(std::string_view what) {
    return Error{ErrorCode::Corrupt,
                 fmt::format("{} between cirque and cirque-agent was not understood", what),
                 "install both from one version",
                 {}};
}

void writeOutcome(Writer& out, const Outcome& outcome) {
    out.number(static_cast<std::int64_t>(outcome.kind));
    writeOptional(out, outcome.exit);
    writeOptional(out, outcome.signal);
    out.flag(outcome.oom);
    out.flag(outcome.timeout);
    out.number(static_cast<std::int64_t>(outcome.skip));
    out.text(outcome.message);
    out.text(outcome.hint);
}

Outcome readOutcome(Reader& in) {
    Outcome outcome;
    outcome.kind = static_cast<OutcomeKind>(in.number());
    outcome.exit = readOptional(in);
    outcome.signal = readOptional(in);
    outcome.oom = in.flag();
    outcome.timeout = in.flag();
    if (in.number() != static_cast<std::int64_t>(SkipReason::None) || !isOutcomeOfStep(outcome.kind)) {
        in.refuse();
    }
    outcome.message = in.text();
    outcome.hint = in.text();
    return outcome;
}

void writeVariables(Writer& out, const Variables& layer) {
    out.list(layer, [](Writer& to, const Variable& variable) {
        to.text(variable.name);
        to.text(variable.value);
        to.flag(variable.secret);
    });
}

Variables readVariables(Reader& in) {
    Variables layer;
    in.list(layer, [](Reader& from) {
        Variable variable;
        variable.name = from.text();
        variable.value = from.text();
        variable.secret = from.flag();
        return variable;
    });
    return layer;
}

Writer callOf(CallKind kind) {
    Writer out;
    out.number(static_cast<std::int64_t>(kind));
    return out;
}

Reader argumentsOf(std::string_view payload) {
    Reader in(payload);
    in.number(); // its kind
    return in;
}

Writer doneWith(bool ok) {
    Writer out;
    out.flag(ok);
    return out;
}

// The failure that a Done carries, if it does.
Result<void> readVerdict(Reader& in) {
    if (in.flag()) {
        return {};
    }
    Error error;
    error.code = static_cast<ErrorCode>(in.number());
    error.message = in.text();
    error.hint = in.text();
    in.list(error.context, readText);
    return fail(in.finished() ? std::move(error) : notUnderstood("an answer"));
}

} // namespace cirque::agent
