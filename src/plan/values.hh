// SPDX-License-Identifier: Apache-2.0
// The small values that plans, jobs and steps are made of: settings, references, environment, conditions,
// retry.
#pragma once

#include "base/json.hh"
#include "base/time.hh"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::plan {

// A setting that is inherited: not given, switched off by null, or given.
template <class T>
struct Setting {
    enum class State { Unset, Off, Set };
    State state = State::Unset;
    T value{};

    [[nodiscard]] bool isSet() const { return state == State::Set; }

    bool operator==(const Setting&) const = default;
};

// Where a value comes from. Literal: `text` is the value. Secret and Param: `text` is the name.
// Result: `text` is the result's name and `job` the job that exports it.
struct Value {
    enum class Kind { Literal, Secret, Result, Param };
    Kind kind = Kind::Literal;
    std::string text;
    std::string job;
    bool operator==(const Value&) const = default;
};

struct EnvEntry {
    std::string name;
    Value value;
    bool operator==(const EnvEntry&) const = default;
};

using Env = std::vector<EnvEntry>; // sorted by name, names unique

struct EnvProvider {
    enum class Kind { File, Static, Required, Other };
    Kind kind = Kind::Static;
    std::string kindName;  // as written; for Other (sops, program, ...)
    std::string path;      // File: relative to the tree's root, or a generated file
    bool required = false; // File: missing is an error
    bool secrets = false;  // File, Static: values are redacted
    std::vector<std::pair<std::string, std::string>> values; // Static
    std::vector<std::string> names;                          // Required
    Json options;                                            // Other: as written
    bool operator==(const EnvProvider&) const = default;
};

enum class When { Success, Failure, Always, Cancelled };

// `when` decides first; `bash`, when not empty, must then exit 0 at the job's place.
struct Condition {
    When when = When::Success;
    std::string bash;
    bool operator==(const Condition&) const = default;
};

enum class Backoff { Exponential, Linear, Constant };

// Merged by key from workflow, job and step; see plan/effective.hh.
struct Retry {
    std::optional<int> maxAttempts;
    std::optional<Backoff> backoff;
    std::optional<Millis> minTime;
    std::optional<Millis> maxTime;
    bool operator==(const Retry&) const = default;
};

} // namespace cirque::plan
