// SPDX-License-Identifier: Apache-2.0
#include "cli/run-session.hh"

#include "cli/interrupt.hh"
#include "cli/junit-file.hh"
#include "cli/view.hh"

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;

class RunSession {
  public:
    RunSession(const Context& context, const Arguments& arguments, app::LocalRequest request, LoadRun load,
               JunitFile junit)
        : request_(std::move(request)), load_(std::move(load)), view_(context, arguments),
          junit_(std::move(junit)) {}

    void onSignal(int number) {
        signal_ = signal_ == 0 ? number : signal_;
        stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        control_->cancel(number);
    }

    io::Task<> work() { status_ = co_await run(); }

    Result<int> take() { return std::move(status_); }

  private:
    io::Task<Result<int>> run() {
        Result<app::LocalRequest> loaded = co_await load_(std::move(request_), stop_.token());
        if (signal_ != 0) {
            co_return signalBase + signal_;
        }
        if (!loaded) {
            co_return fail(std::move(loaded).error());
        }
        loaded->options.run = RunId::make(wallNow().micros / 1000);
        CIRQUE_CO_TRY(app::checkRunnable(*loaded));
        view_.attach(*loaded, control_);
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

    app::LocalRequest request_;
    LoadRun load_;
    View view_;
    JunitFile junit_;
    std::shared_ptr<engine::RunControl> control_ = std::make_shared<engine::RunControl>();
    io::StopSource stop_; // of the loading and of what comes before the first job
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "the run did not begin");
};

} // namespace

Result<int> runSession(const Context& context, const Arguments& arguments, app::LocalRequest request,
                       LoadRun load) {
    CIRQUE_TRY_ASSIGN(JunitFile junit, JunitFile::open(context, arguments));
    RunSession session(context, arguments, std::move(request), std::move(load), std::move(junit));
    const std::function<io::Task<>()> work = [&] { return session.work(); };
    runInterruptible(work, [&](int number) { session.onSignal(number); });
    return session.take();
}

} // namespace cirque::cli
