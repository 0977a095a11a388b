// SPDX-License-Identifier: Apache-2.0
#include "engine/run-loop.hh"

#include "engine/admission.hh"
#include "engine/attempt-loop.hh"
#include "engine/run-machine.hh"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace cirque::engine {
namespace {

RunSettings settingsOf(const plan::Plan& plan, const RunOptions& options) {
    RunSettings settings;
    settings.failFast = options.failFast;
    settings.selected = options.selected;
    settings.only = options.only;
    settings.cleanupBudget = options.cleanupBudget;
    settings.settled = options.settled;
    if (plan.deadline.isSet()) {
        settings.deadline = plan.deadline.value;
    }
    return settings;
}

// The performer of one run: machine, admission, attempts and timers together.
class RunLoop {
  public:
    RunLoop(std::shared_ptr<const plan::Plan> plan, RunOptions options, Ports ports)
        : plan_(std::move(plan)), machine_(settingsOf(*plan_, options)), admission_(options.slots),
          world_{plan_, options.run, ports, group_,
                 [this](std::vector<event::Body> bodies) { return journalForAttempt(std::move(bodies)); }} {}

    io::Task<RunReport> run(std::shared_ptr<RunControl> control);

  private:
    void pump();
    void grantSlots();
    void performAll(std::vector<Command> commands);
    void perform(const StartAttempt& start);
    bool append(std::vector<event::Body> bodies);
    bool journalForAttempt(std::vector<event::Body> bodies);
    io::Task<> attempt(int job, int number);
    io::Task<> feed();
    [[nodiscard]] std::string freeName(std::string_view wanted) const;
    bool addMore(Result<std::vector<NewJob>> more);
    void startTimer(const SetTimer& set);
    void stopTimer(TimerId id);
    io::Task<> timer(TimerId id, Millis delay, io::StopSource own);

    std::shared_ptr<const plan::Plan> plan_;
    RunMachine machine_;
    Admission admission_;
    io::TaskGroup group_;
    AttemptWorld world_;
    std::unordered_map<int, std::unique_ptr<AttemptLoop>> attempts_;
    std::map<TimerId, io::StopSource> timers_;
    io::StopSource enough_; // of jobs: the run is cancelled or over
    std::optional<Verdict> verdict_;
    std::optional<Error> broken_; // of the journal
    bool pumping_ = false;
};

io::Task<RunReport> RunLoop::run(std::shared_ptr<RunControl> control) {
    co_await group_.start();
    control->onCancel = [this](int signal) {
        machine_.cancel(signal);
        pump();
    };
    control->onCancelJob = [this](std::string_view name) {
        const bool cancelled = machine_.cancelJob(name);
        pump();
        return cancelled;
    };
    std::vector<JobPtr> jobs;
    jobs.reserve(plan_->jobs.size());
    for (const plan::Job& job : plan_->jobs) {
        jobs.emplace_back(plan_, &job);
    }
    machine_.start();
    machine_.addJobs(std::move(jobs));
    if (world_.ports.more == nullptr) {
        machine_.planComplete();
    } else {
        group_.spawn(feed());
    }
    for (const int signal : control->takePending()) {
        machine_.cancel(signal);
    }
    for (const std::string& name : control->takePendingJobs()) {
        (void)machine_.cancelJob(name); // false: it ended with the run
    }
    pump();
    std::string thrown;
    try {
        co_await group_.join();
    } catch (const std::exception& error) {
        thrown = error.what();
    }
    control->onCancel = nullptr; // they refer to this object
    control->onCancelJob = nullptr;
    if (!verdict_) {
        co_return RunReport{
            Outcome::infrastructure(fmt::format("the run stopped before all its jobs had ended: {}", thrown)),
            3};
    }
    co_return RunReport{verdict_->outcome, verdict_->exitStatus};
}

// Until the machine asks for nothing more. What happens meanwhile inside is taken up by the same loop.
void RunLoop::pump() {
    if (pumping_) {
        return;
    }
    pumping_ = true;
    for (;;) {
        std::vector<Command> commands = machine_.takeCommands();
        if (commands.empty()) {
            grantSlots();
            commands = machine_.takeCommands();
        }
        if (commands.empty()) {
            break;
        }
        performAll(std::move(commands));
    }
    pumping_ = false;
}

void RunLoop::grantSlots() {
    for (auto job = admission_.grant(); job; job = admission_.grant()) {
        machine_.slotGranted(*job);
    }
}

// Takes jobs from the source until it has no more, or nobody wants them any more.
io::Task<> RunLoop::feed() {
    for (bool open = true; open;) {
        Result<std::vector<NewJob>> more = std::vector<NewJob>{};
        try {
            more = co_await world_.ports.more->next(enough_.token());
        } catch (const std::exception& error) {
            more = fail(ErrorCode::Process, fmt::format("the source of jobs failed: {}", error.what()));
        }
        open = addMore(std::move(more));
        pump();
    }
}

bool RunLoop::addMore(Result<std::vector<NewJob>> more) {
    if (machine_.finished() || enough_.token().stopRequested()) {
        return false;
    }
    if (more && !more->empty()) {
        machine_.addJobs(std::move(*more));
        return true;
    }
    if (!more) {
        plan::Job job;
        job.name = freeName("evaluation");
        Outcome outcome = more.error().code == ErrorCode::Evaluation
                              ? Outcome::failedWith(more.error().text())
                              : outcomeOf(more.error());
        outcome.hint = more.error().hint;
        NewJob broken{std::make_shared<const plan::Job>(std::move(job)), Settled{std::move(outcome), {}, {}}};
        std::vector<NewJob> last;
        last.push_back(std::move(broken));
        machine_.addJobs(std::move(last));
    }
    machine_.planComplete();
    return false;
}

// A flake may have an attribute of any name.
std::string RunLoop::freeName(std::string_view wanted) const {
    std::string name(wanted);
    for (int i = 2; machine_.find(name) >= 0; ++i) {
        name = fmt::format("{}-{}", wanted, i);
    }
    return name;
}

// All events of the batch first, in one append: nothing happens that the journal does not hold.
void RunLoop::performAll(std::vector<Command> commands) {
    std::vector<event::Body> bodies;
    for (Command& command : commands) {
        if (auto* emit = std::get_if<Emit>(&command)) {
            bodies.push_back(std::move(emit->body));
        }
    }
    append(std::move(bodies));
    for (const Command& command : commands) {
        if (const auto* ask = std::get_if<AskSlot>(&command)) {
            admission_.ask(ask->job);
        } else if (const auto* back = std::get_if<WithdrawSlot>(&command)) {
            admission_.withdraw(back->job);
        } else if (const auto* slot = std::get_if<ReleaseSlot>(&command)) {
            admission_.release(slot->job);
        } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
            perform(*start);
        } else if (const auto* stop = std::get_if<StopAttempt>(&command)) {
            if (const auto found = attempts_.find(stop->job); found != attempts_.end()) {
                found->second->stop(stop->immediate, stop->why);
            }
        } else if (const auto* set = std::get_if<SetTimer>(&command)) {
            startTimer(*set);
        } else if (const auto* off = std::get_if<CancelTimer>(&command)) {
            stopTimer(off->timer);
        } else if (const auto* finished = std::get_if<Finished>(&command)) {
            verdict_ = finished->verdict;
            enough_.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        } else if (std::holds_alternative<NoMoreJobs>(command)) {
            enough_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        }
    }
}

void RunLoop::perform(const StartAttempt& start) {
    if (broken_) {
        machine_.attemptFinished(start.job, start.attempt, Outcome::cancelled(), {});
        return;
    }
    JobInputs inputs = jobInputs(machine_, *plan_, start.job);
    attempts_[start.job] =
        std::make_unique<AttemptLoop>(world_, machine_.at(start.job).job, start.attempt, std::move(inputs));
    group_.spawn(attempt(start.job, start.attempt));
}

bool RunLoop::append(std::vector<event::Body> bodies) {
    if (broken_) {
        return false; // a record after a torn one would make the whole journal unreadable
    }
    if (bodies.empty()) {
        return true;
    }
    try {
        Result<void> appended = world_.ports.journal.append(std::move(bodies));
        if (appended) {
            return true;
        }
        broken_ = std::move(appended).error();
    } catch (const std::exception& error) {
        broken_ = Error{ErrorCode::Io, fmt::format("the journal failed: {}", error.what()), {}, {}};
    }
    machine_.abort(outcomeOf(*broken_));
    return false;
}

bool RunLoop::journalForAttempt(std::vector<event::Body> bodies) {
    const bool appended = append(std::move(bodies));
    if (!appended) {
        pump();
    }
    return appended;
}

io::Task<> RunLoop::attempt(int job, int number) {
    AttemptLoop* loop = attempts_.at(job).get();
    Outcome outcome;
    NamedValues results;
    try {
        co_await loop->run();
        outcome = loop->outcome();
        results = loop->takeResults();
    } catch (const std::exception& error) {
        outcome = Outcome::infrastructure(fmt::format("an unexpected failure: {}", error.what()));
    }
    attempts_.erase(job);
    machine_.attemptFinished(job, number, std::move(outcome), std::move(results));
    pump();
}

// One that is set again begins anew; the former may neither fire nor keep the run waiting.
void RunLoop::startTimer(const SetTimer& set) {
    stopTimer(set.timer);
    const io::StopSource own;
    timers_.emplace(set.timer, own);
    group_.spawn(timer(set.timer, set.delay, own));
}

void RunLoop::stopTimer(TimerId id) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) {
        return;
    }
    io::StopSource own = found->second;
    timers_.erase(found);
    own.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
}

io::Task<> RunLoop::timer(TimerId id, Millis delay, io::StopSource own) {
    bool elapsed = false;
    try {
        elapsed = co_await world_.ports.clock.sleep(delay, own.token());
    } catch (const std::exception& error) {
        // without its timers a run could wait for ever
        machine_.abort(Outcome::infrastructure(fmt::format("the clock failed: {}", error.what())));
        pump();
    }
    if (!elapsed || own.token().stopRequested()) {
        co_return;
    }
    timers_.erase(id);
    machine_.timerFired(id);
    pump();
}

} // namespace

void RunControl::cancel(int signal) {
    if (onCancel) {
        onCancel(signal);
    } else {
        pending_.push_back(signal);
    }
}

bool RunControl::cancelJob(std::string_view name) {
    if (onCancelJob) {
        return onCancelJob(name);
    }
    pendingJobs_.emplace_back(name);
    return true;
}

std::vector<int> RunControl::takePending() {
    return std::exchange(pending_, {});
}

std::vector<std::string> RunControl::takePendingJobs() {
    return std::exchange(pendingJobs_, {});
}

io::Task<RunReport> runPlan(std::shared_ptr<const plan::Plan> plan, RunOptions options, Ports ports,
                            std::shared_ptr<RunControl> control) {
    RunLoop loop(std::move(plan), std::move(options), ports);
    co_return co_await loop.run(std::move(control));
}

} // namespace cirque::engine
