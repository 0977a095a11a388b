// SPDX-License-Identifier: Apache-2.0
// JSON strings appended without building a JSON value: what journals and streams of log lines write all the
// time.
#pragma once

#include "base/json.hh"
#include "base/time.hh"

#include <optional>
#include <string>
#include <string_view>

namespace cirque::event {

// True when every byte is printable ASCII, tab included: no filter and no escape but for quotes is needed.
bool isPlainAscii(std::string_view text);

// Appends `text` in quotes, escaped as RFC 8259 section 7 asks. `text` must be valid UTF-8.
void appendJsonString(std::string& out, std::string_view text);

// Appends `"name":"text"`; when `text` is not UTF-8, `"name64":"base64 of its bytes"`.
void appendTextField(std::string& out, std::string_view name, std::string_view text);

// The same two fields in a JSON object, written and read. nullopt: neither is there, or not as it should be.
void putText(JsonObject& out, std::string_view name, std::string_view text);
std::optional<std::string> findText(const JsonObject& json, std::string_view name);

// The same as toIso8601, appended.
void appendIso8601(std::string& out, WallTime time);

} // namespace cirque::event
