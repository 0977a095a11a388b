// SPDX-License-Identifier: Apache-2.0
#include "app/local/control.hh"
#include "app/local/follow.hh"
#include "cli/commands.hh"
#include "cli/interrupt.hh"
#include "cli/run-argument.hh"
#include "cli/view.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;
constexpr int infrastructure = 3;

// Shows a run of another process as if it were this one's. A signal ends the showing, not the run.
class Attachment : public event::Listener {
  public:
    Attachment(const Context& context, const Arguments& arguments, const history::RunSummary& run)
        : run_(run), folder_(history::runFolder(context.settings.stateDir, run.id)),
          view_(context, arguments) {
        request_.environment = context.environment;
        request_.settings = context.settings;
        request_.options.run = run.id;
        request_.tree = run.tree;
        request_.source = run.workflow;
        control_->onCancelJob = [this](std::string_view job) {
            return app::requestCancel(folder_, {std::string(job), false}).has_value();
        };
    }

    void onEvent(const event::Event& event) override {
        if (const auto* finished = std::get_if<event::RunFinished>(&event.body)) {
            exitStatus_ = finished->exitStatus;
        }
    }

    void onSignal(int number) {
        signal_ = signal_ == 0 ? number : signal_;
        stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    }

    io::Task<> work() {
        if (auto attached = view_.attach(request_, control_); !attached) {
            status_ = fail(std::move(attached).error());
            co_return;
        }
        const Result<engine::RunReport> report = co_await view_.during(follow());
        if (!report) {
            status_ = fail(report.error());
        } else if (auto loss = view_.takeFailure(); loss && report->exitStatus == 0) {
            status_ = fail(std::move(*loss));
        } else {
            status_ = report->exitStatus;
        }
    }

    Result<int> take() {
        if (status_ && end_ == app::FollowEnd::Stopped) {
            printNote(fmt::format("cirque: run {0} goes on; 'cirque cancel {0}' ends it",
                                  history::shortId(run_.id)));
        }
        if (status_ && end_ == app::FollowEnd::Interrupted) {
            printNote(fmt::format("cirque: run {} was interrupted: the process that ran it is gone",
                                  history::shortId(run_.id)));
        }
        return std::move(status_);
    }

  private:
    io::Task<Result<engine::RunReport>> follow() {
        std::vector<event::Listener*> listeners = request_.listeners;
        listeners.push_back(this);
        app::FollowOptions options;
        options.congested = request_.congested;
        CIRQUE_CO_TRY_ASSIGN(
            end_, co_await app::followRun(folder_, std::move(listeners), std::move(options), stop_.token()));
        engine::RunReport report;
        report.exitStatus = end_ == app::FollowEnd::Finished  ? exitStatus_
                            : end_ == app::FollowEnd::Stopped ? signalBase + signal_
                                                              : infrastructure;
        co_return report;
    }

    const history::RunSummary& run_;
    history::RunFolder folder_;
    app::LocalRequest request_;
    View view_;
    std::shared_ptr<engine::RunControl> control_ = std::make_shared<engine::RunControl>();
    io::StopSource stop_;
    app::FollowEnd end_ = app::FollowEnd::Enough;
    int exitStatus_ = 0;
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "nothing was shown");
};

} // namespace

Result<int> attachCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, namedRun(context, arguments, "attach", 1));
    Attachment attachment(context, arguments, run);
    const std::function<io::Task<>()> work = [&] { return attachment.work(); };
    runInterruptible(work, [&](int number) { attachment.onSignal(number); });
    return attachment.take();
}

} // namespace cirque::cli
