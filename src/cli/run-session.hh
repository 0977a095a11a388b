// SPDX-License-Identifier: Apache-2.0
// One run from the command line: loads, checks, runs and shows. What run and rerun share.
#pragma once

#include "app/local/request.hh"
#include "cli/command.hh"
#include "cli/junit-file.hh"
#include "cli/view.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <memory>
#include <string>

namespace cirque::cli {

// Adds to a request what makeRequest leaves open: plan, source, tree, selected jobs. Stop: ends soon.
using LoadRun =
    std::function<io::Task<Result<app::LocalRequest>>(app::LocalRequest request, io::StopToken stop)>;

class RunSession {
  public:
    // `context` and `arguments` outlive it.
    RunSession(const Context& context, const Arguments& arguments, app::LocalRequest request, LoadRun load,
               JunitFile junit);

    // Ends the loading, or cancels the run: gracefully the first time, then at once. `signal`: 0 when none
    // asked.
    void cancel(int signal);

    // Once, to the end.
    io::Task<> work();

    // The exit status, or why the run could not begin.
    Result<int> take() { return std::move(status_); }

  private:
    io::Task<Result<int>> run();

    app::LocalRequest request_;
    LoadRun load_;
    View view_;
    JunitFile junit_;
    std::shared_ptr<engine::RunControl> control_ = std::make_shared<engine::RunControl>();
    io::StopSource stop_; // of the loading and of what comes before the first job
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "the run did not begin");
};

// To the end; signals end the loading, then cancel the run. The exit status, or why the run could not begin.
// Blocks.
Result<int> runSession(const Context& context, const Arguments& arguments, app::LocalRequest request,
                       LoadRun load);

} // namespace cirque::cli
