// SPDX-License-Identifier: Apache-2.0
// How the values that several messages share are written and read. Internal to agent/protocol.
#pragma once

#include "agent/protocol/codec.hh"
#include "agent/protocol/messages.hh"

#include <string>
#include <string_view>

namespace cirque::agent {

void writeText(Writer& out, const std::string& text);
std::string readText(Reader& in);
void writeOutcome(Writer& out, const Outcome& outcome);
Outcome readOutcome(Reader& in); // only what a step or a service can end with
void writeVariables(Writer& out, const Variables& layer);
Variables readVariables(Reader& in);

// The beginning of a call, and what comes after it.
Writer callOf(CallKind kind);
Reader argumentsOf(std::string_view payload);

// The beginning of a Done, and the failure that it carries, if it does.
Writer doneWith(bool ok);
Result<void> readVerdict(Reader& in);

Error notUnderstood(std::string_view what);

template <class T>
Result<T> finished(const Reader& in, T value, std::string_view what) {
    if (!in.finished()) {
        return fail(notUnderstood(what));
    }
    return value;
}

} // namespace cirque::agent
