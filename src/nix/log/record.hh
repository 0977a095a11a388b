// SPDX-License-Identifier: Apache-2.0
// One record of Nix's `--log-format internal-json`: what follows "@nix " on a line of its standard error. The
// numbers are those of Nix's logging.hh (ActivityType, ResultType, Verbosity); they have not changed from 2.8
// to 2.34.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cirque::nix {

enum class ActivityType : std::uint64_t {
    CopyPath = 100, // path, from, to
    FileTransfer = 101,
    Realise = 102,
    CopyPaths = 103,
    Builds = 104,
    Build = 105, // derivation, machine, round, rounds
    OptimiseStore = 106,
    VerifyPaths = 107,
    Substitute = 108, // path, from
    QueryPathInfo = 109,
    PostBuildHook = 110, // derivation
    BuildWaiting = 111,
    FetchTree = 112,
};

enum class ResultType : std::uint64_t {
    FileLinked = 100,
    BuildLogLine = 101, // line
    UntrustedPath = 102,
    CorruptedPath = 103,
    SetPhase = 104,    // phase
    Progress = 105,    // done, expected, running, failed
    SetExpected = 106, // activity type, expected
    PostBuildLogLine = 107,
    FetchStatus = 108,
};

struct LogField {
    std::string_view text; // of a text
    std::uint64_t number = 0;
};

struct LogRecord {
    enum class Action { Start, Stop, Result, Message, Other };
    static constexpr std::size_t mostFields = 4; // no record has more that matter

    Action action = Action::Other;
    std::uint64_t id = 0;
    std::uint64_t type = 0;
    std::uint64_t level = 0;
    std::string_view text; // "text" of a start, "msg" of a message
    std::array<LogField, mostFields> fields;
    std::size_t fieldCount = 0; // at most mostFields; what comes after those is not kept

    // Empty and 0 beyond what is there.
    [[nodiscard]] std::string_view textAt(std::size_t index) const {
        return index < fieldCount ? fields[index].text : std::string_view();
    }

    [[nodiscard]] std::uint64_t numberAt(std::size_t index) const {
        return index < fieldCount ? fields[index].number : 0;
    }
};

// Reads records one after the other; keeps nothing between them but its buffers.
class RecordReader {
  public:
    // False: `json` is no JSON object. Unknown keys are skipped, missing ones stay as they are by default,
    // values of an unexpected kind count as missing. What `out` names lives until the next call or as long as
    // `json`, whichever ends first.
    bool read(std::string_view json, LogRecord& out);

  private:
    std::string key_;
    std::string action_;
    std::string text_;
    std::array<std::string, LogRecord::mostFields> fields_;
};

} // namespace cirque::nix
