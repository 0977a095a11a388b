// SPDX-License-Identifier: Apache-2.0
// What the user may set outside a workflow. Each setting is declared once, in the table of settings.cc, from
// which `cirque help settings` is printed.
#pragma once

#include "base/result.hh"
#include "config/environment.hh"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cirque::config {

// Who may set it: the person who runs Cirque, or also the repository that is run.
enum class Trust { Operator, Repository };

struct SettingInfo {
    std::string_view name;        // as in messages
    std::string_view variable;    // the environment variable that sets it
    std::string_view defaultText; // in words
    std::string_view doc;
    bool secret = false;
    Trust trust = Trust::Operator;
};

std::span<const SettingInfo> declaredSettings();

struct Settings {
    std::string stateDir;        // runs, logs, artifacts; absolute
    std::string privateRoot;     // tmpfs folder for scripts and environments of jobs; absolute
    std::int64_t evalMemory = 0; // bytes the heap of one evaluator may have; 0: chosen from what is free
    std::optional<std::int64_t> keepRuns; // how many; nothing: all
    std::optional<std::int64_t> keepDays;
    std::optional<std::int64_t> keepBytes; // of all runs together
    bool colour = false; // NO_COLOR is not set and TERM is not dumb (whether the output is a terminal is the
                         // caller's question)
};

// A limit of what is kept, as settings and options give it: a number above 0, for a size with K, M, G or T
// behind it; 'all' is no limit (nothing). Failure: Usage, naming `name`.
Result<std::optional<std::int64_t>> parseCount(const std::string& text, std::string_view name);
Result<std::optional<std::int64_t>> parseSize(const std::string& text, std::string_view name);

// Failure: Usage when a value is unusable (a relative path) or no home folder is known.
Result<Settings> loadSettings(const Environment& environment, unsigned uid);

} // namespace cirque::config
