// SPDX-License-Identifier: Apache-2.0
// A log that comes into being with its first byte: most jobs print nothing while they are set up.
#pragma once

#include "engine/api/ports.hh"

namespace cirque::engine {

class LazySink final : public exec::OutputSink {
  public:
    LazySink(LogStore& logs, TryRef ref, std::vector<std::string> redact)
        : logs_(logs), ref_(std::move(ref)), redact_(std::move(redact)) {}

    Result<void> write(std::string_view bytes, bool late) override {
        if (!sink_) {
            CIRQUE_TRY_ASSIGN(sink_, logs_.open(ref_, redact_));
        }
        return sink_->write(bytes, late);
    }

    // Ends the log if there is one.
    Result<void> finish() { return sink_ ? logs_.finish(ref_) : Result<void>{}; }

  private:
    LogStore& logs_;
    TryRef ref_;
    std::vector<std::string> redact_;
    std::shared_ptr<exec::OutputSink> sink_;
};

} // namespace cirque::engine
