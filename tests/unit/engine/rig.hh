// SPDX-License-Identifier: Apache-2.0
// Drives a run machine by hand: the test says how each attempt ends, the rig does what a performer would.
#pragma once

#include "engine/admission.hh"
#include "engine/run-machine.hh"
#include "tests/support/plans.hh"

#include <optional>
#include <set>
#include <vector>

namespace cirque::testing {

class Rig {
  public:
    explicit Rig(std::vector<plan::Job> jobs, engine::RunSettings settings = {}, int slots = 1000);
    // Without jobs: the test adds them.
    Rig(engine::RunSettings settings, int slots);

    void add(std::vector<plan::Job> jobs);
    void planComplete();
    void finish(std::string_view job, Outcome outcome = {}, engine::NamedValues results = {});
    void fire(engine::TimerId::Kind kind, std::string_view job = {});
    void cancel(int signal = 2);
    bool cancelJob(std::string_view job);
    void abort(Outcome why);

    [[nodiscard]] bool running(std::string_view job) const { return running_.contains(index(job)); }

    [[nodiscard]] std::size_t runningCount() const { return running_.size(); }

    [[nodiscard]] bool ended(std::string_view job) const;
    [[nodiscard]] Outcome outcome(std::string_view job) const;
    // The pause of a timer that runs.
    [[nodiscard]] std::optional<Millis> timer(engine::TimerId::Kind kind, std::string_view job = {}) const;
    // How often it was started, since the beginning.
    [[nodiscard]] int timesSet(engine::TimerId::Kind kind, std::string_view job = {}) const;
    // How the attempt that runs was told to stop; nullopt: not at all.
    [[nodiscard]] std::optional<engine::StopAttempt> told(std::string_view job) const;

    [[nodiscard]] const std::optional<engine::Verdict>& verdict() const { return verdict_; }

    template <class Body>
    [[nodiscard]] std::vector<Body> events() const {
        std::vector<Body> found;
        for (const event::Body& body : events_) {
            if (const auto* wanted = std::get_if<Body>(&body)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }

    engine::RunMachine machine;
    engine::Admission admission;

  private:
    [[nodiscard]] int index(std::string_view job) const;
    void pump();
    void perform(const engine::Command& command);

    std::set<int> running_;
    std::map<int, engine::StopAttempt> told_;
    std::map<engine::TimerId, Millis> timers_;
    std::map<engine::TimerId, int> set_;
    std::vector<event::Body> events_;
    std::optional<engine::Verdict> verdict_;
};

inline Outcome exitWith(int status) {
    return Outcome::failedExit(status);
}

} // namespace cirque::testing
