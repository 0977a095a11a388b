// SPDX-License-Identifier: Apache-2.0
// The plain listener: what a person reads in a terminal, a file or the log of another CI. "[job/step] text"
// for each line as it comes, what happens in words, and at the end the final screen (report/finish). Whole
// lines only, so parallel steps never mix within one. Of a step's bytes only text and colours come through.
#pragma once

#include "event/bus/listener.hh"
#include "report/model/model.hh"
#include "report/plain/stream.hh"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cirque::report {

// Takes what is to be shown, whole lines. Must not throw.
using Sink = std::function<void(std::string_view)>;

struct PlainOptions {
    bool colour = false; // own colours, and those of the steps; else neither
    Millis heartbeatAfter{30'000};
    Millis heartbeatEvery{60'000};
};

class PlainListener : public event::Listener {
  public:
    // `model` holds what has happened so far, for a listener that takes over in the middle of a run.
    PlainListener(Sink sink, PlainOptions options, RunModel model = {});

    void onEvent(const event::Event& event) override;
    void onLog(const TryRef& ref, std::string_view bytes) override;
    void onTick(MonoTime now) override;

  private:
    void on(const event::Event& event, const event::RunStarted& body);
    void on(const event::Event& event, const event::JobsAdded& body);
    void on(const event::Event& event, const event::JobStarted& body);
    void on(const event::Event& event, const event::JobRetrying& body);
    void on(const event::Event& event, const event::JobFinished& body);
    void on(const event::Event& event, const event::ProvisionStarted& body);
    void on(const event::Event& event, const event::ProvisionFinished& body);
    void on(const event::Event& event, const event::StepStarted& body);
    void on(const event::Event& event, const event::StepRetrying& body);
    void on(const event::Event& event, const event::StepFinished& body);
    void on(const event::Event& event, const event::ServiceReady& body);
    void on(const event::Event& event, const event::ServiceStopped& body);
    void on(const event::Event& event, const event::ArtifactSaved& body);
    void on(const event::Event& event, const event::ArtifactRestored& body);
    void on(const event::Event& event, const event::Notice& body);
    void on(const event::Event& event, const event::CancelRequested& body);
    void on(const event::Event& event, const event::RunFinished& body);

    Stream& stream(const TryRef& ref);
    void endStream(const TryRef& ref);
    void endStreams(const std::string& job);
    // Writes "[job/step] text" or, with an empty job, "text".
    void say(std::string_view job, std::string_view step, std::string_view text);
    [[nodiscard]] std::string prefix(std::string_view job, std::string_view step,
                                     std::string_view mark = {}) const;
    [[nodiscard]] std::string words(const Outcome& outcome, bool tolerated = false) const;
    void flush();

    Sink sink_;
    PlainOptions options_;
    std::string out_; // what goes to the sink at the end of each call
    RunModel model_;
    std::map<TryRef, Stream> streams_; // of tries that run, and of what daemons say after them
    std::set<TryRef> ended_;           // tries that have ended, of jobs that have not
    const TryRef* lastRef_ = nullptr;  // keys of the map stay where they are
    Stream* lastStream_ = nullptr;
};

} // namespace cirque::report
