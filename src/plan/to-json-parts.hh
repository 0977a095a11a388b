// SPDX-License-Identifier: Apache-2.0
// The parts of the canonical document that several kinds of object share. What is empty is left out. Pure.
#pragma once

#include "plan/types.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::plan::parts {

Json toJson(const std::vector<std::string>& texts);
Json toJson(const Value& value);
Json toJson(const Derivation& derivation);
Json toJson(const Service& service);

void putText(JsonObject& out, std::string_view key, const std::string& text, std::string_view fallback = {});
void putTexts(JsonObject& out, std::string_view key, const std::vector<std::string>& texts);
void putEnv(JsonObject& out, const Env& env);
void putClosure(JsonObject& out, const Closure& closure);

} // namespace cirque::plan::parts
