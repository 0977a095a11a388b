// SPDX-License-Identifier: Apache-2.0
// What may be asked of a run from outside, as lines of JSON, and the asking (docs/contracts.md, Control). The
// run's side is control-socket.hh.
#pragma once

#include "base/result.hh"
#include "history/layout.hh"

#include <string>
#include <string_view>

namespace cirque::app {

inline constexpr int controlVersion = 1;

// {"v":1,"cancel":{"job":"NAME","immediate":true}}
struct CancelRequest {
    std::string job;        // empty: the whole run
    bool immediate = false; // without cleanup
};

std::string toLine(const CancelRequest& request);

// Usage: another version, or nothing this version knows. Fields it does not know are ignored.
Result<CancelRequest> parseCancel(std::string_view line);

// {"v":1,"ok":true} or {"v":1,"error":"...","hint":"..."}
std::string answerLine(const Result<void>& answer);
// The error is what the other side said (NotFound), or Corrupt.
Result<void> parseAnswer(std::string_view line);

// Where a run listens: in its own folder, so that whoever finds the run finds it too, whatever
// XDG_RUNTIME_DIR says where they are.
std::string controlPath(const history::RunFolder& folder);

// Asks the process that runs it. It answers once it has been told, not once everything has ended. Failure: as
// parseAnswer, and as io::askLocal. Blocks for some seconds at most.
Result<void> requestCancel(const history::RunFolder& folder, const CancelRequest& request);

} // namespace cirque::app
