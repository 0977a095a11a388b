// SPDX-License-Identifier: Apache-2.0
// Listens to a run of another process, from its files, until there is nothing more to hear.
#pragma once

#include "event/bus/listener.hh"
#include "history/layout.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <vector>

namespace cirque::app {

enum class FollowEnd {
    Finished,    // run.finished was told
    Interrupted, // nobody runs it any more, and it has no end
    Enough,      // of what was wanted
    Stopped,
};

struct FollowOptions {
    std::function<bool()> enough;    // asked between pieces; may be empty
    std::function<bool()> congested; // whether who listens has fallen behind; may be empty
    std::function<void()> caughtUp;  // called once, when everything there was at first was told; may be empty
};

// From the run's beginning. Looks for news at most a hundred times a second, and four times a second when
// there are none. Listeners outlive it. Failures: those of event::Follower.
io::Task<Result<FollowEnd>> followRun(history::RunFolder folder, std::vector<event::Listener*> listeners,
                                      FollowOptions options, io::StopToken stop);

} // namespace cirque::app
