// SPDX-License-Identifier: Apache-2.0
// The fingerprint of a work tree, with its cache in the state folder.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "workspace/fingerprint.hh"

#include <string>

namespace cirque::app {

// Failures and stop: those of workspace::fingerprintTree.
io::Task<Result<workspace::Fingerprint>> fingerprintOf(workspace::Tree tree, std::string stateDir,
                                                       io::StopToken stop);

// What run.started of a run in this tree would carry now as treeHash; `folder` lies in the tree. Failures as
// above, and those of workspace::findTree: then nothing can be said about whether the tree differs.
io::Task<Result<std::string>> currentTreeHash(std::string folder, std::string stateDir, io::StopToken stop);

} // namespace cirque::app
