// SPDX-License-Identifier: Apache-2.0
// A run as a waterfall for terminals: one line a job (and a service or step, when there is room), time from
// left to right. Pure.
#pragma once

#include "history/timeline.hh"

#include <cstddef>
#include <string>

namespace cirque::report {

struct WaterfallOptions {
    std::size_t width = 100; // columns; at least 40 are used
    bool colour = false;
    std::size_t mostRows = 80; // with more, steps and services are left out
};

// Ends with what the marks mean and the critical path.
std::string toWaterfall(const history::Timeline& timeline, const WaterfallOptions& options);

} // namespace cirque::report
