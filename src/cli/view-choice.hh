// SPDX-License-Identifier: Apache-2.0
// Which view a run gets. Pure.
#pragma once

#include "base/result.hh"

#include <string>

namespace cirque::cli {

enum class ViewKind { Live, Plain, GitHub, Events, Structured, Simple, Json };

struct ViewFacts {
    bool terminal = false;     // standard output is one
    bool dumb = false;         // TERM=dumb
    bool noTui = false;        // --no-tui
    bool json = false;         // --json
    bool github = false;       // GITHUB_ACTIONS=true
    std::string option = {};   // --log-format
    std::string variable = {}; // CIRQUE_LOG_FORMAT, else NIXACTIONS_LOG_FORMAT
    std::string workflow = {}; // its logging.format
};

// Options first. On a terminal the live view, or plain lines where that is not possible or not wanted; else
// the format that the environment names, GitHub's own, what the workflow says, plain lines, in this order.
// Failure: Usage, for a format nobody knows.
Result<ViewKind> chooseView(const ViewFacts& facts);

} // namespace cirque::cli
