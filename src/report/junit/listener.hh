// SPDX-License-Identifier: Apache-2.0
// Writes a run's JUnit XML when the run has ended, however it ended.
#pragma once

#include "base/result.hh"
#include "event/bus/listener.hh"
#include "history/summary.hh"
#include "report/model/tail.hh"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::report {

class JunitListener : public event::Listener {
  public:
    explicit JunitListener(std::string path) : path_(std::move(path)) {}

    void onEvent(const event::Event& event) override;
    void onLog(const TryRef& ref, std::string_view bytes) override;

    // Once nothing more will come: writes the file through a temporary one and a rename, so that a reader
    // finds the old file or the whole new one. Without any event there is nothing to write. Failure: that of
    // the write. Blocks.
    Result<void> finish();

  private:
    std::string path_;
    std::optional<history::Summarizer> summarizer_;
    std::map<TryRef, Tail> tails_;    // of the tries whose step has none that began later
    const TryRef* lastRef_ = nullptr; // keys of the map stay where they are
    Tail* lastTail_ = nullptr;
};

} // namespace cirque::report
