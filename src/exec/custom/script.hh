// SPDX-License-Identifier: Apache-2.0
// A script of an executor that people wrote: run by bash on this machine, shown as it prints, never for
// longer than it may.
#pragma once

#include "base/time.hh"
#include "exec/api/executor.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct Script {
    std::string bash;     // path of bash
    std::string executor; // its name, for messages
    std::string which;    // "setup", "cleanup"
    std::string text;
    std::vector<std::string> environment; // "K=V"
};

// How bash is started with `text` and the words that it sees as "$@".
io::SpawnOptions bashWith(const Script& script, std::vector<std::string> words);

struct ScriptLimits {
    Millis most{0};            // then it is ended; 0: no limit
    Millis afterImmediate{0};  // how much longer after an Immediate stop
    bool stopsGraceful = true; // whether a Graceful stop ends it
};

// Runs it to its end; both its outputs go to `log` (may be null) as they come. Failure (Process): it did not
// exit with 0; its last words are in the text.
io::Task<Result<void>> runScript(Script script, std::shared_ptr<OutputSink> log, ScriptLimits limits,
                                 io::StopToken stop);

} // namespace cirque::exec
