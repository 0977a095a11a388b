// SPDX-License-Identifier: Apache-2.0
// What the services of one attempt do, as events and logs.
#pragma once

#include "engine/api/ports.hh"
#include "engine/lazy-sink.hh"

#include <functional>

namespace cirque::engine {

class ServiceEvents final : public exec::ServiceObserver {
  public:
    using JournalFn = std::function<bool(std::vector<event::Body>)>;

    // `journal` and the ports outlive it.
    ServiceEvents(JournalFn journal, Clock& clock, LogStore& logs)
        : journal_(std::move(journal)), clock_(clock), logs_(logs) {}

    // The next service of the job's list; its log comes with its first byte.
    std::shared_ptr<exec::OutputSink> add(TryRef ref, std::string name, std::vector<std::string> redact);

    void onService(const exec::ServiceNews& news) override;

  private:
    struct One {
        TryRef ref;
        std::string name;
        std::shared_ptr<LazySink> log;
        int starts = 0;
        MonoTime began;
        bool up = false;
    };

    void ended(One& one, const exec::ServiceNews& news, std::vector<event::Body>& bodies);

    JournalFn journal_;
    Clock& clock_;
    LogStore& logs_;
    std::vector<One> services_;
};

} // namespace cirque::engine
