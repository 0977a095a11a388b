// SPDX-License-Identifier: Apache-2.0
// One recorded run with a little of everything, for the golden files of the listeners.
#pragma once

#include "event/bus/listener.hh"
#include "tests/unit/event/every-event.hh"

namespace cirque::test {

inline void play(event::Listener& listener) {
    using namespace event;
    const TryRef lint{"lint", 1, 0, 1};
    const TryRef compile{"build/linux", 1, 0, 1};
    const TryRef again{"build/linux", 1, 0, 2};
    const TryRef check{"build/linux", 1, 1, 1};
    std::vector<Event> events;
    std::int64_t now = 0;
    const auto tell = [&](Body body) {
        now += 250;
        const auto seq = static_cast<std::int64_t>(events.size()) + 1;
        events.push_back({seq, WallTime{1'795'214'036'000'000 + now * 1000}, MonoTime{now * 1'000'000},
                          someRun(), std::move(body)});
        listener.onEvent(events.back());
    };
    tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    tell(JobsAdded{{{"lint", {}, {"style"}},
                    {"build/linux", {}, {"compile", "check it"}},
                    {"flaky", {}, {"x"}},
                    {"deploy", {"build/linux"}, {"push"}}},
                   ""});
    tell(PlanCompleted{});
    tell(JobStarted{"lint", 1, "local", ""});
    tell(JobStarted{"build/linux", 1, "local", ""});
    tell(ProvisionStarted{"build/linux", 1});
    listener.onLog({"build/linux", 1, -1, 1}, "copying path /nix/store/x\n");
    tell(ProvisionFinished{"build/linux", 1, Millis(1250)});
    tell(StepStarted{lint, "style"});
    tell(StepStarted{compile, "compile"});
    listener.onLog(compile, "cc main.c\n\x1b[31merror:\x1b[0m no \xff such fi");
    listener.onLog(lint, "all good\n");
    listener.onLog(compile, "le\r\n\ttabs stay, \x1b[2Jmoves go\nhalf");
    tell(StepRetrying{compile, "compile", 2, Millis(1000), Outcome::failedExit(1)});
    tell(StepFinished{lint, "style", Outcome::succeeded(), Millis(750)});
    tell(JobFinished{"lint", 1, Outcome::succeeded(), false});
    tell(StepStarted{again, "compile"});
    tell(LogProgress{again, 0, 0});
    tell(StepFinished{again, "compile", Outcome::succeeded(), Millis(63)});
    listener.onLog(again, "the daemon speaks\n");
    tell(StepStarted{check, "check it"});
    listener.onLog(check, "1 of 2 passed\n2 of 2: expected 3, got 4\n");
    tell(StepFinished{check, "check it", Outcome::failedExit(7), Millis(2100)});
    tell(ArtifactSaved{"build/linux", "report", "out/report", 16'589, 3, std::string(64, 'a')});
    tell(JobFinished{"build/linux", 1, Outcome::failedExit(7), false});
    tell(JobStarted{"flaky", 1, "local", ""});
    tell(JobRetrying{"flaky", 1, 2, Millis(500), Outcome::failedTimeout("timed out after 5s")});
    tell(JobStarted{"flaky", 2, "local", ""});
    tell(StepFinished{{"flaky", 2, 0, 0}, "x", Outcome::skipped(SkipReason::OwnCondition), Millis(0)});
    tell(JobFinished{"flaky", 2, Outcome::failedTimeout("timed out after 5s"), true});
    tell(JobFinished{"deploy", 0, Outcome::skipped(SkipReason::NeedFailed), false});
    tell(Notice{"warning", "lint", "the folder has no git", "run git init"});
    tell(CancelRequested{"SIGINT", false});
    tell(RunFinished{Outcome::failedWith("a job failed"), 1});
}

} // namespace cirque::test
