// SPDX-License-Identifier: Apache-2.0
// The engine's Journal on top of a journal file and the listeners: numbers and stamps events, appends, then
// tells.
#pragma once

#include "app/local/known-secrets.hh"
#include "engine/api/ports.hh"
#include "event/bus/listener.hh"
#include "event/journal/journal.hh"
#include "event/journal/log-file.hh"

#include <string>
#include <vector>

namespace cirque::app {

class JournalPort : public engine::Journal {
  public:
    // `bus` and `secrets` must outlive it.
    JournalPort(event::JournalWriter writer, event::Bus& bus, const KnownSecrets& secrets, RunId run);

    // Nothing is told to listeners unless the journal holds it. After a first failure every append fails with
    // the same error. Nothing follows run.finished: what still winds down after the verdict is dropped, and
    // that is no failure. Blocks for the write.
    Result<void> append(std::vector<event::Body> bodies) override;

    // The number of a job, from 1: its place in the order in which jobs entered the plan. Log files are named
    // by it.
    [[nodiscard]] int jobNumber(const std::string& job) const;

    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  private:
    event::JournalWriter writer_;
    event::Bus& bus_;
    const KnownSecrets& secrets_;
    RunId run_;
    std::int64_t seq_ = 0;
    bool ended_ = false; // it holds run.finished
    event::JobNumbers numbers_;
    std::optional<Error> failure_;
};

} // namespace cirque::app
