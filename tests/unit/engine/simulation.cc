// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/simulation.hh"

#include "engine/admission.hh"
#include "engine/run-machine.hh"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace cirque::testing {
namespace {

using namespace engine;

class Simulator {
  public:
    explicit Simulator(const RandomRun& run)
        : run_(run), machine_(settings(run)), admission_(run.slots), ended_(run.plan.jobs.size(), 0),
          ends_(run.plan.jobs.size(), Millis{0}) {}

    Simulated go() {
        std::vector<JobPtr> jobs;
        for (const plan::Job& job : run_.plan.jobs) {
            jobs.push_back(std::make_shared<const plan::Job>(job));
        }
        machine_.start();
        machine_.addJobs(std::move(jobs));
        machine_.planComplete();
        for (const auto& signal : {run_.firstSignal, run_.secondSignal}) {
            if (signal) {
                at(*signal, [this] { machine_.cancel(2); });
            }
        }
        pump();
        while (!finished_ && !agenda_.empty()) {
            const auto next = agenda_.begin();
            now_ = next->first.first;
            const auto act = std::move(next->second);
            agenda_.erase(next);
            act();
            pump();
        }
        return report();
    }

  private:
    static RunSettings settings(const RandomRun& run) {
        RunSettings settings;
        settings.failFast = run.failFast;
        settings.cleanupBudget = run.cleanupBudget;
        if (run.plan.deadline.isSet()) {
            settings.deadline = run.plan.deadline.value;
        }
        return settings;
    }

    using Key = std::pair<Millis, int>;

    Key at(Millis time, std::function<void()> act) {
        const Key key{time, ++sequence_};
        agenda_.emplace(key, std::move(act));
        return key;
    }

    void check(bool holds, std::string what) {
        if (!holds) {
            broken_.push_back(std::move(what));
        }
    }

    void pump() {
        for (;;) {
            const auto commands = machine_.takeCommands();
            for (const Command& command : commands) {
                perform(command);
            }
            if (!commands.empty()) {
                continue;
            }
            const auto job = admission_.grant();
            if (!job) {
                return;
            }
            machine_.slotGranted(*job);
        }
    }

    void perform(const Command& command) {
        check(!finished_, "something was asked for after the end");
        if (const auto* ask = std::get_if<AskSlot>(&command)) {
            admission_.ask(ask->job);
        } else if (const auto* back = std::get_if<WithdrawSlot>(&command)) {
            admission_.withdraw(back->job);
        } else if (const auto* slot = std::get_if<ReleaseSlot>(&command)) {
            admission_.release(slot->job);
        } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
            begin(start->job, start->attempt);
        } else if (const auto* stop = std::get_if<StopAttempt>(&command)) {
            tell(*stop);
        } else if (const auto* set = std::get_if<SetTimer>(&command)) {
            const TimerId id = set->timer;
            timers_[id] = at(now_ + set->delay, [this, id] {
                timers_.erase(id);
                machine_.timerFired(id);
            });
        } else if (const auto* off = std::get_if<CancelTimer>(&command)) {
            agenda_.erase(timers_.at(off->timer));
            timers_.erase(off->timer);
        } else if (const auto* emit = std::get_if<Emit>(&command)) {
            if (const auto* done = std::get_if<event::JobFinished>(&emit->body)) {
                const auto job = static_cast<std::size_t>(machine_.find(done->job));
                ++ended_[job];
                ends_[job] = now_;
            }
        } else if (const auto* end = std::get_if<Finished>(&command)) {
            finished_ = true;
            exit_ = end->verdict.exitStatus;
        }
    }

    void begin(int job, int attempt) {
        for (const int need : machine_.at(job).needs) {
            check(ended_[static_cast<std::size_t>(need)] == 1,
                  fmt::format("job {} started before need {}", job, need));
        }
        check(admission_.used() <= run_.slots, "more slots than there are");
        check(!running_.contains(job), "two attempts of one job at once");
        const JobScript& script = run_.scripts[static_cast<std::size_t>(job)];
        const auto nth = static_cast<std::size_t>(attempt - 1);
        finishAt(job, attempt, now_ + script.lasts[nth], script.outcomes[nth]);
    }

    void finishAt(int job, int attempt, Millis when, Outcome outcome) {
        running_[job] = {at(when,
                            [this, job, attempt, outcome] {
                                running_.erase(job);
                                machine_.attemptFinished(job, attempt, outcome, {});
                            }),
                         attempt,
                         {}};
    }

    void tell(const StopAttempt& stop) {
        Running self = running_.at(stop.job);
        if (self.told && !stop.immediate) {
            return;
        }
        const Outcome outcome = self.told ? *self.told
                                          : (stop.why == StopWhy::Deadline ? Outcome::failedTimeout("late")
                                                                           : Outcome::cancelled());
        agenda_.erase(self.end);
        const Millis linger =
            stop.immediate ? Millis{0} : run_.scripts[static_cast<std::size_t>(stop.job)].linger;
        finishAt(stop.job, self.attempt, now_ + linger, outcome);
        running_[stop.job].told = outcome;
    }

    Simulated report() {
        check(finished_, "the run never ended");
        check(admission_.used() == 0, "slots leaked");
        check(running_.empty(), "an attempt outlived the run");
        check(timers_.empty(), "a timer outlived the run");
        Simulated all;
        for (std::size_t i = 0; i < ended_.size(); ++i) {
            check(ended_[i] == 1, fmt::format("job {} ended {} times", i, ended_[i]));
            const JobState& job = machine_.at(static_cast<int>(i));
            all.run.jobs.push_back(
                {job.outcome.kind, job.outcome.skip, job.outcome.timeout, job.tolerated, ends_[i]});
        }
        all.run.exitStatus = exit_;
        all.broken = broken_;
        return all;
    }

    struct Running {
        Key end;
        int attempt = 0;
        std::optional<Outcome> told;
    };

    const RandomRun& run_;
    RunMachine machine_;
    Admission admission_;
    std::vector<int> ended_;
    std::vector<Millis> ends_;
    std::map<Key, std::function<void()>> agenda_;
    std::map<TimerId, Key> timers_;
    std::map<int, Running> running_;
    std::vector<std::string> broken_;
    Millis now_{0};
    int sequence_ = 0;
    int exit_ = -1;
    bool finished_ = false;
};

} // namespace

Simulated simulate(const RandomRun& run) {
    return Simulator(run).go();
}

} // namespace cirque::testing
