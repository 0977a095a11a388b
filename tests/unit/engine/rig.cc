// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/rig.hh"

#include "base/assert.hh"

#include <utility>

namespace cirque::testing {

using namespace engine;

Rig::Rig(std::vector<plan::Job> jobs, RunSettings settings, int slots) : Rig(std::move(settings), slots) {
    add(std::move(jobs));
    planComplete();
}

Rig::Rig(RunSettings settings, int slots) : machine(std::move(settings)), admission(slots) {
    machine.start();
    pump();
}

void Rig::add(std::vector<plan::Job> jobs) {
    std::vector<JobPtr> shared;
    for (plan::Job& job : jobs) {
        shared.push_back(std::make_shared<const plan::Job>(std::move(job)));
    }
    machine.addJobs(std::move(shared));
    pump();
}

void Rig::planComplete() {
    machine.planComplete();
    pump();
}

void Rig::finish(std::string_view job, Outcome outcome, NamedValues results) {
    const int which = index(job);
    CIRQUE_ASSERT(running_.erase(which) == 1, "the test may only finish what runs");
    told_.erase(which);
    machine.attemptFinished(which, machine.at(which).attempt, std::move(outcome), std::move(results));
    pump();
}

void Rig::fire(TimerId::Kind kind, std::string_view job) {
    const TimerId id{kind, job.empty() ? -1 : index(job)};
    CIRQUE_ASSERT(timers_.erase(id) == 1, "the test may only fire a timer that was set");
    machine.timerFired(id);
    pump();
}

void Rig::cancel(int signal) {
    machine.cancel(signal);
    pump();
}

bool Rig::cancelJob(std::string_view job) {
    const bool cancelled = machine.cancelJob(job);
    pump();
    return cancelled;
}

void Rig::abort(Outcome why) {
    machine.abort(std::move(why));
    pump();
}

bool Rig::ended(std::string_view job) const {
    return machine.at(index(job)).phase == Phase::Done;
}

Outcome Rig::outcome(std::string_view job) const {
    CIRQUE_ASSERT(ended(job), "asked for the outcome of a job that has not ended");
    return machine.at(index(job)).outcome;
}

std::optional<Millis> Rig::timer(TimerId::Kind kind, std::string_view job) const {
    const auto found = timers_.find({kind, job.empty() ? -1 : index(job)});
    return found == timers_.end() ? std::nullopt : std::optional(found->second);
}

int Rig::timesSet(TimerId::Kind kind, std::string_view job) const {
    const auto found = set_.find({kind, job.empty() ? -1 : index(job)});
    return found == set_.end() ? 0 : found->second;
}

std::optional<StopAttempt> Rig::told(std::string_view job) const {
    const auto found = told_.find(index(job));
    return found == told_.end() ? std::nullopt : std::optional(found->second);
}

int Rig::index(std::string_view job) const {
    const int found = machine.find(job);
    CIRQUE_ASSERT(found >= 0, "the test names a job that exists");
    return found;
}

void Rig::pump() {
    for (;;) {
        const std::vector<Command> commands = machine.takeCommands();
        if (!commands.empty()) {
            for (const Command& command : commands) {
                perform(command);
            }
            continue;
        }
        const auto job = admission.grant();
        if (!job) {
            return;
        }
        machine.slotGranted(*job);
    }
}

void Rig::perform(const Command& command) {
    CIRQUE_ASSERT(!verdict_, "nothing may follow the verdict");
    if (const auto* ask = std::get_if<AskSlot>(&command)) {
        admission.ask(ask->job);
    } else if (const auto* back = std::get_if<WithdrawSlot>(&command)) {
        admission.withdraw(back->job);
    } else if (const auto* slot = std::get_if<ReleaseSlot>(&command)) {
        admission.release(slot->job);
    } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
        CIRQUE_ASSERT(running_.insert(start->job).second, "one attempt of a job at a time");
    } else if (const auto* stop = std::get_if<StopAttempt>(&command)) {
        CIRQUE_ASSERT(running_.contains(stop->job), "only what runs can be told to stop");
        told_[stop->job] = *stop;
    } else if (const auto* set = std::get_if<SetTimer>(&command)) {
        timers_[set->timer] = set->delay;
        ++set_[set->timer];
    } else if (const auto* off = std::get_if<CancelTimer>(&command)) {
        timers_.erase(off->timer);
    } else if (const auto* emit = std::get_if<Emit>(&command)) {
        events_.push_back(emit->body);
    } else if (const auto* done = std::get_if<Finished>(&command)) {
        verdict_ = done->verdict;
        CIRQUE_ASSERT(running_.empty() && timers_.empty() && admission.used() == 0,
                      "the end leaves nothing behind");
    }
}

} // namespace cirque::testing
