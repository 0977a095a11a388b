// SPDX-License-Identifier: Apache-2.0
// Whether the kernel ended something at this place for memory, as its control group tells (memory.events of
// cgroup v2, memory.oom_control of v1). Only a place with a limit of its own has such a group.
#pragma once

#include <cstdint>

namespace cirque::agent {

// How many processes of the place's own group the kernel has ended for memory; 0 where nobody counts.
std::int64_t countMemoryKills();

} // namespace cirque::agent
