// SPDX-License-Identifier: Apache-2.0
// The recorded run of recorded.hh as a timeline.
#pragma once

#include "history/timeline.hh"
#include "tests/unit/report/recorded.hh"

namespace cirque::test {

class Gather : public event::Listener {
  public:
    void onEvent(const event::Event& event) override { builder.add(event); }

    void onLog(const TryRef&, std::string_view) override {}

    history::TimelineBuilder builder{someRun()};
};

inline history::Timeline recordedTimeline() {
    Gather gather;
    play(gather);
    return std::move(gather.builder).take(false);
}

} // namespace cirque::test
