// SPDX-License-Identifier: Apache-2.0
// Which of the kinds of Nix store this machine has. Pure: what exists is asked through functions.
#pragma once

#include "doctor/finding.hh"

#include <functional>
#include <string>

namespace cirque::doctor {

enum class Socket { None, Answers, Dead };

struct StoreFacts {
    std::string remote;   // NIX_REMOTE, or the configuration's `store`; "" and "auto": Nix chooses
    std::string stateDir; // NIX_STATE_DIR or /nix/var/nix
    bool isRoot = false;
    bool stateExists = false;
    bool stateWritable = false; // the folder, or, when it is not there, what it would be made in
    std::string socketPath;
    Socket socket = Socket::None;
};

// The order is that of Nix itself (openStore, "auto"): a state folder that can be written, then a daemon,
// then, for users without a Nix folder, a store in their home.
Finding judgeStore(const StoreFacts& facts);

} // namespace cirque::doctor
