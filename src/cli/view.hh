// SPDX-License-Identifier: Apache-2.0
// Who shows a run while it runs: chosen from the options, the environment and what standard output is. The
// one place where listeners of the command line are made.
#pragma once

#include "app/local/request.hh"
#include "cli/command.hh"
#include "cli/live-view.hh"
#include "cli/output-queue.hh"
#include "cli/view-choice.hh"
#include "event/bus/listener.hh"
#include "io/runtime/task.hh"
#include "report/github/commands.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace cirque::cli {

class View {
  public:
    // Both outlive the view.
    View(const Context& context, const Arguments& arguments);
    ~View();
    View(const View&) = delete;
    View& operator=(const View&) = delete;

    // Failure: Usage, for a format of log lines that nobody knows. Adds what shows the run to `request`,
    // which has its plan, source, tree and run id. Call once, before the run begins; the listeners live as
    // long as the view.
    [[nodiscard]] Result<void> attach(app::LocalRequest& request,
                                      std::shared_ptr<engine::RunControl> control);

    // Awaits `run`, and beside it does what the view does by itself. The run's value and exceptions come out.
    io::Task<Result<engine::RunReport>> during(io::Task<Result<engine::RunReport>> run);

    // The first failure of standard output, when it matters: whoever reads events or log lines (--json,
    // --log-format) must not take half of them for all. A reader that goes away or fails changes nothing
    // about the run itself.
    [[nodiscard]] std::optional<Error> takeLoss();

    // The same whoever reads: for commands that do nothing but show.
    [[nodiscard]] std::optional<Error> takeFailure();

  private:
    void attachLive(app::LocalRequest& request, std::shared_ptr<engine::RunControl> control,
                    report::tui::Terminal terminal);
    [[nodiscard]] Result<ViewKind> choose(const app::LocalRequest& request) const;
    [[nodiscard]] std::unique_ptr<event::Listener> makeListener(ViewKind kind,
                                                                const app::LocalRequest& request);

    const Context& context_;
    const Arguments& arguments_;
    bool forMachines_ = false;                                // what is shown has a format that programs read
    std::optional<OutputQueue> queue_;                        // from attach on
    report::github::Guard guard_{report::github::randomWord}; // of formats that know nothing of GitHub
    std::unique_ptr<event::Listener> listener_;
    LiveView* live_ = nullptr; // the listener, when it is that
};

} // namespace cirque::cli
