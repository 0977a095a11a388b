// SPDX-License-Identifier: Apache-2.0
// A place where nothing runs: each step does what its script says, on whatever clock it is given. Keeps
// account of what was asked of it, so that tests can see leaks and wrong order.
#pragma once

#include "engine/api/ports.hh"
#include "tests/support/fake-clock.hh"

#include <functional>
#include <map>
#include <set>

namespace cirque::testing {

// What one try (or condition) does.
struct Script {
    Millis sleep{0};
    Outcome outcome{};
    std::vector<std::pair<std::string, std::string>> outputs{};
    Millis grace{0};        // how long it goes on after TERM; KILL ends it at once
    bool exitsWell = false; // told to stop, it ends with success
    std::string print{};
    std::string summary{};
    std::string summaryProblem{};
    std::string throws{}; // the place throws this
};

struct SiteScript { // of a job's place; empty error messages: it works
    Result<void> open{};
    Result<void> prepare{};
    Result<void> close{};
    std::map<std::string, Error> restore{}; // by artifact
    std::map<std::string, Error> save{};
    std::map<std::string, Result<exec::JobFiles>> files{}; // by pattern
    std::string throwsIn{};                                // "open", "prepare", "close", "save": throws there
    Millis prepareTime{0};
    Millis filesTime{0}; // of each artifact and report
    Outcome startServices{};
    Outcome stopServices{};
    Millis servicesTime{0}; // until they are up
};

class NullExecutor final : public exec::Executor {
  public:
    explicit NullExecutor(engine::Clock& clock, FakeClock* fake = nullptr) : clock_(clock), fake_(fake) {}

    std::function<Script(const exec::StepSpec&)> script; // default: success at once
    std::function<SiteScript(const exec::Place&)> siteScript;

    [[nodiscard]] std::string_view kind() const override { return "local"; }

    [[nodiscard]] exec::Capabilities capabilities() const override { return {"x86_64-linux"}; }

    [[nodiscard]] std::string handle(const exec::Place& place) const override;
    io::Task<Result<std::unique_ptr<exec::JobSite>>> open(exec::Place place, std::string handle) override;

    // The account.
    std::vector<exec::StepSpec> specs; // in the order they were started; kept when keepSpecs
    bool keepSpecs = true;
    std::vector<std::string> saved;    // "job:artifact"
    std::vector<std::string> restored; // "job:artifact:path"
    std::vector<std::string> served;   // "start job:service,...", "stop job"
    int opened = 0;
    int closed = 0;
    int open_ = 0; // now
    int mostOpen = 0;
    int afterClose = 0; // calls on a place that was closed
    int steps = 0;

    [[nodiscard]] const exec::StepSpec* spec(std::string_view job, std::string_view step) const;

    void touch() {
        if (fake_ != nullptr) {
            fake_->touch();
        }
    }

    [[nodiscard]] engine::Clock& clock() { return clock_; }

  private:
    engine::Clock& clock_;
    FakeClock* fake_;
};

} // namespace cirque::testing
