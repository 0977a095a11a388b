// SPDX-License-Identifier: Apache-2.0
// What the services of a job do. Part of event/types/event.hh.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/time.hh"

#include <string>

namespace cirque::event {

struct ServiceStarted { // also when it is started again
    TryRef ref;         // step -2 is the job's first service, -3 the second
    std::string name;
    int start = 1; // 2: started again
};

struct ServiceReady {
    TryRef ref;
    std::string name;
    Millis duration{0}; // since the first start
};

struct ServiceRestarting {
    TryRef ref;
    std::string name;
    int start = 1; // the one that ended
    Outcome outcome;
};

struct ServiceStopped {
    TryRef ref;
    std::string name;
    Outcome outcome; // Cancelled: it was asked to end; else it ended by itself
};

} // namespace cirque::event
