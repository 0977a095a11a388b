// SPDX-License-Identifier: Apache-2.0
#include "cli/run-session.hh"

#include "cli/interrupt.hh"

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;

} // namespace

RunSession::RunSession(const Context& context, const Arguments& arguments, app::LocalRequest request,
                       LoadRun load, JunitFile junit)
    : request_(std::move(request)), load_(std::move(load)), view_(context, arguments),
      junit_(std::move(junit)) {}

void RunSession::cancel(int signal) {
    signal_ = signal_ == 0 ? signal : signal_;
    stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    control_->cancel(signal);
}

io::Task<> RunSession::work() {
    status_ = co_await run();
}

io::Task<Result<int>> RunSession::run() {
    Result<app::LocalRequest> loaded = co_await load_(std::move(request_), stop_.token());
    if (signal_ != 0) {
        co_return signalBase + signal_;
    }
    if (stop_.token().stopRequested()) {
        co_return fail(ErrorCode::Process, "loading was stopped");
    }
    if (!loaded) {
        co_return fail(std::move(loaded).error());
    }
    loaded->options.run = RunId::make(wallNow().micros / 1000);
    CIRQUE_CO_TRY(app::checkRunnable(*loaded));
    CIRQUE_CO_TRY(view_.attach(*loaded, control_));
    if (junit_.listener() != nullptr) {
        loaded->listeners.push_back(junit_.listener());
    }
    Result<engine::RunReport> report =
        co_await view_.during(app::runLocal(std::move(*loaded), control_, stop_.token()));
    const Result<void> written = junit_.finish();
    if (!report) {
        co_return fail(std::move(report).error());
    }
    if (!written && report->exitStatus == 0) {
        co_return fail(written.error()); // whoever reads the file must not take an old one for this run
    }
    if (!written) {
        printError(written.error());
    }
    if (auto loss = view_.takeLoss(); loss && report->exitStatus == 0) {
        co_return fail(std::move(*loss));
    }
    co_return report->exitStatus;
}

Result<int> runSession(const Context& context, const Arguments& arguments, app::LocalRequest request,
                       LoadRun load) {
    CIRQUE_TRY_ASSIGN(JunitFile junit, JunitFile::open(context, arguments));
    RunSession session(context, arguments, std::move(request), std::move(load), std::move(junit));
    const std::function<io::Task<>()> work = [&] { return session.work(); };
    runInterruptible(work, [&](int number) { session.cancel(number); });
    return session.take();
}

} // namespace cirque::cli
