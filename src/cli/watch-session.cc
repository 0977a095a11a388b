// SPDX-License-Identifier: Apache-2.0
#include "cli/watch-session.hh"

#include "app/local/tree-hash.hh"
#include "app/local/tree-watch.hh"
#include "cli/interrupt.hh"
#include "cli/load.hh"
#include "cli/run-request.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <optional>

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;

class WatchSession {
  public:
    WatchSession(const Context& context, const Arguments& arguments, LoadRun load, std::string folder)
        : context_(context), arguments_(arguments), load_(std::move(load)), folder_(std::move(folder)) {}

    void onSignal(int number) {
        signal_ = signal_ == 0 ? number : signal_;
        stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        if (session_) {
            session_->cancel(number);
        }
    }

    io::Task<> work() {
        Result<void> watched = co_await loop();
        status_ = watched ? Result<int>(signalBase + signal_) : fail(std::move(watched).error());
    }

    Result<int> take() { return std::move(status_); }

  private:
    io::Task<Result<void>> loop() {
        while (signal_ == 0) {
            CIRQUE_CO_TRY_ASSIGN(
                since_, co_await app::currentTreeHash(folder_, context_.settings.stateDir, stop_.token()));
            CIRQUE_CO_TRY(co_await runOnce());
            if (signal_ != 0) {
                break;
            }
            if (!changed_) {
                printNote("cirque: waiting for a change; Ctrl-C ends");
                CIRQUE_CO_TRY(co_await waitForChange(stop_.token()));
            }
            if (signal_ == 0) {
                printNote("cirque: files have changed");
            }
        }
        co_return Result<void>{};
    }

    // One run, which a change cancels.
    io::Task<Result<void>> runOnce() {
        CIRQUE_CO_TRY_ASSIGN(app::LocalRequest request, makeRequest(context_, arguments_));
        CIRQUE_CO_TRY_ASSIGN(JunitFile junit, JunitFile::open(context_, arguments_));
        session_.emplace(context_, arguments_, std::move(request), load_, std::move(junit));
        changed_ = false;
        io::StopSource ended;
        io::TaskGroup beside;
        co_await beside.start();
        beside.spawn(cancelOnChange(ended.token()));
        co_await session_->work();
        ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        co_await beside.join();
        const Result<int> status = session_->take();
        if (!status && signal_ == 0 && !changed_) {
            printError(status.error());
        }
        session_.reset();
        co_return Result<void>{};
    }

    io::Task<> cancelOnChange(io::StopToken stop) {
        const Result<void> watched = co_await waitForChange(std::move(stop));
        if (watched && changed_) {
            session_->cancel(0);
        }
    }

    // A failure is told once the run has ended.
    io::Task<Result<void>> waitForChange(io::StopToken stop) {
        if (!watch_) {
            watch_.emplace(folder_, context_.settings.stateDir, [](const Error& why) {
                printNote(fmt::format("cirque: {}; looking at the tree every two seconds instead ({})",
                                      why.message, why.hint));
            });
        }
        Result<bool> changed = co_await watch_->changed(since_, std::move(stop));
        if (!changed) {
            co_return fail(std::move(changed).error());
        }
        changed_ = *changed;
        co_return Result<void>{};
    }

    const Context& context_;
    const Arguments& arguments_;
    LoadRun load_;
    std::string folder_; // in the tree
    std::string since_;
    std::optional<app::TreeWatch> watch_;
    std::optional<RunSession> session_;
    io::StopSource stop_;
    bool changed_ = false;
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "nothing was watched");
};

} // namespace

Result<int> watchSession(const Context& context, const Arguments& arguments, const LoadRun& load) {
    CIRQUE_TRY_ASSIGN(const std::string folder, targetFolder(context, arguments));
    CIRQUE_TRY(makeRequest(context, arguments)); // the command line is judged before anything runs
    WatchSession session(context, arguments, load, folder);
    const std::function<io::Task<>()> work = [&] { return session.work(); };
    runInterruptible(work, [&](int number) { session.onSignal(number); });
    return session.take();
}

} // namespace cirque::cli
