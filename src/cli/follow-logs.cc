// SPDX-License-Identifier: Apache-2.0
#include "cli/follow-logs.hh"

#include "app/local/follow.hh"
#include "base/text.hh"
#include "cli/interrupt.hh"
#include "event/bus/listener.hh"
#include "event/types/lines.hh"
#include "history/find-log.hh"
#include "history/layout.hh"
#include "history/runs.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <deque>
#include <map>
#include <set>

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;

// Lines of the wanted tries on their way to standard output.
class Printer : public event::Listener {
  public:
    Printer(history::LogScope scope, FollowedLogs what)
        : scope_(std::move(scope)), what_(std::move(what)), terminal_(isatty(STDOUT_FILENO) == 1),
          gathering_(what_.last > 0) {}

    void onEvent(const event::Event& event) override {
        if (const auto* added = std::get_if<event::JobsAdded>(&event.body)) {
            for (const event::JobInfo& job : added->jobs) {
                steps_[job.name] = job.steps;
                services_[job.name] = job.services;
                if (!added->by.empty() && added->by == scope_.job) {
                    members_.insert(job.name);
                }
            }
        } else if (const auto* finished = std::get_if<event::StepFinished>(&event.body)) {
            endTry(finished->ref);
            // a step that failed may come again with its job's next attempt
            enough_ = enough_ || (scope_.step && finished->ref.job == scope_.job &&
                                  !finished->outcome.failed() && finished->ref.step == *scope_.step);
        } else if (const auto* retrying = std::get_if<event::StepRetrying>(&event.body)) {
            endTry(retrying->ref);
        } else if (const auto* stopped = std::get_if<event::ServiceStopped>(&event.body)) {
            endTry(stopped->ref);
        } else if (const auto* job = std::get_if<event::JobFinished>(&event.body)) {
            enough_ = enough_ || job->job == scope_.job;
        }
    }

    void onLog(const TryRef& ref, std::string_view bytes) override {
        if (!wanted(ref)) {
            return;
        }
        Try& one = tries_[ref];
        one.lines.feed(bytes, [&](std::string_view line, event::LineEnd end) { take(ref, one, line, end); });
        flush();
    }

    // What was there at first has been told.
    void caughtUp() {
        gathering_ = false;
        for (auto& [ref, one] : tries_) {
            for (const std::string& line : one.kept) {
                out_ += line;
            }
            one.kept.clear();
        }
        flush();
    }

    // Lines without an end are printed too.
    void finish() {
        caughtUp();
        for (auto& [ref, one] : tries_) {
            one.lines.finish([&](std::string_view line, event::LineEnd end) { take(ref, one, line, end); });
        }
        flush();
    }

    [[nodiscard]] bool enough() const { return enough_; }

    [[nodiscard]] std::optional<Error> takeLoss() { return std::exchange(unshown_, std::nullopt); }

  private:
    struct Try {
        event::LineSplitter lines;
        std::deque<std::string> kept; // while what was there at first is gathered
    };

    [[nodiscard]] bool wanted(const TryRef& ref) const {
        const bool ofJob = scope_.job.empty() || ref.job == scope_.job || members_.contains(ref.job);
        return ofJob && (!scope_.step || ref.step == *scope_.step) &&
               (what_.attempt == 0 || ref.attempt == what_.attempt) &&
               (what_.tried == 0 || ref.tryNumber == what_.tried);
    }

    void endTry(const TryRef& ref) {
        if (const auto found = tries_.find(ref); found != tries_.end()) {
            found->second.lines.finish(
                [&](std::string_view line, event::LineEnd end) { take(ref, found->second, line, end); });
            flush();
        }
    }

    void take(const TryRef& ref, Try& one, std::string_view line, event::LineEnd end) {
        std::string text = scope_.step ? std::string() : prefix(ref);
        text += terminal_ ? keepOnlyColours(line) : std::string(line);
        if (!scope_.step || terminal_ || end == event::LineEnd::Newline) {
            text += '\n';
        }
        if (!gathering_) {
            out_ += text;
            return;
        }
        one.kept.push_back(std::move(text));
        if (static_cast<std::int64_t>(one.kept.size()) > what_.last) {
            one.kept.pop_front();
        }
    }

    [[nodiscard]] std::string prefix(const TryRef& ref) const {
        const std::optional<std::size_t> service = ref.service();
        const auto& names = service ? services_ : steps_;
        const auto job = names.find(ref.job);
        const std::size_t index = service.value_or(static_cast<std::size_t>(ref.step));
        if (ref.step == -1 || job == names.end() || index >= job->second.size()) {
            return fmt::format("[{}] ", ref.job);
        }
        return fmt::format("[{}/{}] ", ref.job, job->second[index]);
    }

    void flush() {
        if (auto printed = print(out_); !printed && !unshown_) {
            unshown_ = std::move(printed).error();
        }
        out_.clear();
    }

    history::LogScope scope_;
    FollowedLogs what_;
    bool terminal_;
    bool gathering_;
    bool enough_ = false;
    std::set<std::string> members_;                            // of the job, when it is a matrix
    std::map<std::string, std::vector<std::string>> steps_;    // names, by job
    std::map<std::string, std::vector<std::string>> services_; // the same
    std::map<TryRef, Try> tries_;
    std::string out_;
    std::optional<Error> unshown_;
};

class Following {
  public:
    Following(const Context& context, const RunId& run, FollowedLogs what)
        : stateDir_(context.settings.stateDir), run_(run), what_(std::move(what)) {}

    void onSignal(int number) {
        signal_ = signal_ == 0 ? number : signal_;
        stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    }

    io::Task<> work() { status_ = co_await follow(); }

    Result<int> take() { return std::move(status_); }

  private:
    // A run that has just begun does not know its jobs yet.
    io::Task<Result<history::LogScope>> scope() {
        constexpr Millis moment{50};
        for (;;) {
            CIRQUE_CO_TRY_ASSIGN(const history::RunSummary run, history::loadRun(stateDir_, run_));
            auto found = history::findScope(run, what_.address);
            if (found || run.state != history::RunState::Running || !run.jobs.empty() ||
                stop_.token().stopRequested()) {
                co_return found;
            }
            co_await io::sleepFor(moment, stop_.token());
        }
    }

    io::Task<Result<int>> follow() {
        CIRQUE_CO_TRY_ASSIGN(history::LogScope wanted, co_await scope());
        Printer printer(std::move(wanted), what_);
        app::FollowOptions options;
        options.enough = [&printer] { return printer.enough(); };
        options.caughtUp = [&printer] { printer.caughtUp(); };
        std::vector<event::Listener*> listeners{&printer};
        CIRQUE_CO_TRY_ASSIGN(const app::FollowEnd end,
                             co_await app::followRun(history::runFolder(stateDir_, run_),
                                                     std::move(listeners), std::move(options),
                                                     stop_.token()));
        printer.finish();
        if (auto loss = printer.takeLoss()) {
            co_return fail(std::move(*loss));
        }
        if (end == app::FollowEnd::Interrupted) {
            printNote(fmt::format("cirque: run {} was interrupted: the process that ran it is gone",
                                  history::shortId(run_)));
        }
        co_return signal_ != 0 ? signalBase + signal_ : 0;
    }

    std::string stateDir_;
    RunId run_;
    FollowedLogs what_;
    io::StopSource stop_;
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "nothing was followed");
};

} // namespace

Result<int> followLogs(const Context& context, const RunId& run, const FollowedLogs& what) {
    Following following(context, run, what);
    const std::function<io::Task<>()> work = [&] { return following.work(); };
    runInterruptible(work, [&](int number) { following.onSignal(number); });
    return following.take();
}

} // namespace cirque::cli
