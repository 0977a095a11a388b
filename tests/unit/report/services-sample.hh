// SPDX-License-Identifier: Apache-2.0
// A run whose jobs have services with every fate, for the golden files of what shows runs.
#pragma once

#include "event/bus/listener.hh"
#include "tests/unit/event/every-event.hh"

#include <cstdint>
#include <string>
#include <utility>

namespace cirque::test {

class ServicesRun {
  public:
    explicit ServicesRun(event::Listener& listener) : listener_(listener) {}

    void at(std::int64_t millis, event::Body body) {
        listener_.onEvent({++seq_, WallTime{1'795'214'036'000'000 + millis * 1000},
                           MonoTime{millis * 1'000'000}, someRun(), std::move(body)});
    }

    void play() {
        using namespace event;
        at(0, RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
        at(0, JobsAdded{{{"web", {}, {"schema", "test"}, {"app", "db"}},
                         {"again", {}, {"s"}, {"flaky"}},
                         {"never", {}, {"s"}, {"slow"}},
                         {"dies", {}, {"s"}, {"db"}},
                         {"both", {}, {"s"}, {"db"}}},
                        ""});
        for (const char* job : {"web", "again", "never", "dies", "both"}) {
            at(10, JobStarted{job, 1, "local", ""});
        }
        good();
        again();
        never();
        dies();
        both();
        at(5000, RunFinished{Outcome::failedWith("3 jobs failed"), 1});
    }

  private:
    static TryRef service(const char* job, int number = 0) {
        return {job, 1, TryRef::firstService - number, 1};
    }

    void step(const char* job, int number, const char* name, int from, int to, const Outcome& outcome) {
        at(from, event::StepStarted{{job, 1, number, 1}, name});
        at(to, event::StepFinished{{job, 1, number, 1}, name, outcome, Millis(to - from)});
    }

    void good() {
        using namespace event;
        at(20, ServiceStarted{service("web"), "app", 1});
        at(21, ServiceStarted{service("web", 1), "db", 1});
        listener_.onLog(service("web", 1), "ready to accept connections\n");
        at(800, ServiceReady{service("web"), "app", Millis(780)});
        at(800, ServiceReady{service("web", 1), "db", Millis(779)});
        step("web", 0, "schema", 801, 1200, Outcome::succeeded());
        step("web", 1, "test", 1201, 3000, Outcome::succeeded());
        at(3100, ServiceStopped{service("web", 1), "db", Outcome::cancelled()});
        at(3200, ServiceStopped{service("web"), "app", Outcome::cancelled()});
        at(3210, JobFinished{"web", 1, Outcome::succeeded(), false});
    }

    // Started again before it was up, and while the step ran.
    void again() {
        using namespace event;
        at(3220, ServiceStarted{service("again"), "flaky", 1});
        at(3320, ServiceRestarting{service("again"), "flaky", 1, Outcome::failedExit(3)});
        at(3420, ServiceStarted{service("again"), "flaky", 2});
        at(3600, ServiceReady{service("again"), "flaky", Millis(380)});
        at(3601, StepStarted{{"again", 1, 0, 1}, "s"});
        at(3800, ServiceRestarting{service("again"), "flaky", 2, Outcome::failedSignal(9)});
        at(3900, ServiceStarted{service("again"), "flaky", 3});
        at(4000, StepFinished{{"again", 1, 0, 1}, "s", Outcome::succeeded(), Millis(399)});
        at(4010, ServiceStopped{service("again"), "flaky", Outcome::cancelled()});
        at(4020, JobFinished{"again", 1, Outcome::succeeded(), false});
    }

    void never() {
        using namespace event;
        at(4020, ServiceStarted{service("never"), "slow", 1});
        listener_.onLog(service("never"), "still starting\n");
        at(4220, ServiceStopped{service("never"), "slow",
                                Outcome::failedTimeout("not ready within 200ms: exit 2: not yet")});
        at(4230,
           JobFinished{"never", 1,
                       Outcome::failedTimeout("service 'slow' was not ready within 200ms: exit 2: not yet"),
                       false});
    }

    void dies() {
        using namespace event;
        at(4230, ServiceStarted{service("dies"), "db", 1});
        at(4280, ServiceReady{service("dies"), "db", Millis(50)});
        at(4281, StepStarted{{"dies", 1, 0, 1}, "s"});
        at(4400, ServiceStopped{service("dies"), "db", Outcome::failedExit(7)});
        at(4500, StepFinished{{"dies", 1, 0, 1}, "s", Outcome::succeeded(), Millis(219)});
        at(4510, JobFinished{"dies", 1, Outcome::failedWith("service 'db' ended before the job did (exit 7)"),
                             false});
    }

    // The step's failure is the job's; that the service had failed before is why.
    void both() {
        using namespace event;
        at(4510, ServiceStarted{service("both"), "db", 1});
        at(4520, ServiceReady{service("both"), "db", Millis(10)});
        at(4521, StepStarted{{"both", 1, 0, 1}, "s"});
        at(4600, ServiceStopped{service("both"), "db", Outcome::failedSignal(11)});
        at(4700, StepFinished{{"both", 1, 0, 1}, "s", Outcome::failedExit(4), Millis(179)});
        at(4710, JobFinished{"both", 1, Outcome::failedExit(4), false});
    }

    event::Listener& listener_;
    std::int64_t seq_ = 0;
};

} // namespace cirque::test
