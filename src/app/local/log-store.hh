// SPDX-License-Identifier: Apache-2.0
// The engine's LogStore: redacts, keeps every byte in the try's log file, tells listeners, and journals
// progress at most ten times a second.
#pragma once

#include "app/local/journal-port.hh"
#include "engine/api/ports.hh"
#include "event/bus/listener.hh"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cirque::app {

class LogSink;

class LogStorePort : public engine::LogStore {
  public:
    // `runFolder` exists; the others outlive it and every sink it opened. `congested` may be empty.
    LogStorePort(std::string runFolder, JournalPort& journal, event::Bus& bus, const KnownSecrets& secrets,
                 std::function<bool()> congested);

    Result<std::shared_ptr<exec::OutputSink>> open(const TryRef& ref,
                                                   const std::vector<std::string>& redact) override;

    // What the redactor held back is written first, so that the step's last line stands before its
    // step.finished.
    Result<void> finish(const TryRef& ref) override;
    Result<std::string> read(const TryRef& ref, std::int64_t limit) override;
    [[nodiscard]] Redact redaction() const override;

  private:
    std::string runFolder_;
    JournalPort& journal_;
    event::Bus& bus_;
    const KnownSecrets& secrets_;
    std::function<bool()> congested_;
    std::map<TryRef, std::shared_ptr<LogSink>> open_; // tries that have not ended
};

} // namespace cirque::app
