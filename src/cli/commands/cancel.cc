// SPDX-License-Identifier: Apache-2.0
#include "app/local/control.hh"
#include "cli/commands.hh"
#include "cli/run-argument.hh"
#include "history/layout.hh"
#include "history/runs.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::cli {
namespace {

// Why a run that is not running cannot be cancelled.
Error notRunning(const history::RunSummary& run) {
    const std::string_view id = history::shortId(run.id);
    if (run.state == history::RunState::Interrupted) {
        return {ErrorCode::NotFound,
                fmt::format(
                    "run {} was interrupted: the process that ran it is gone, and so is all it started", id),
                fmt::format("'cirque rerun {} --failed' runs what it did not finish", id),
                {}};
    }
    return {ErrorCode::NotFound,
            fmt::format("run {} has ended{}: there is nothing to cancel", id,
                        run.outcome ? " (" + describe(*run.outcome) + ")" : ""),
            fmt::format("'cirque show {}' tells how it went", id),
            {}};
}

} // namespace

Result<int> cancelCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, namedRun(context, arguments, "cancel", 2));
    const history::RunFolder folder = history::runFolder(context.settings.stateDir, run.id);
    if (run.state != history::RunState::Running) {
        if (run.state == history::RunState::Interrupted) {
            (void)unlink(app::controlPath(folder).c_str()); // mostly there is none
        }
        return fail(notRunning(run));
    }
    const std::vector<std::string>& words = arguments.positionals();
    const app::CancelRequest request{words.size() > 1 ? words[1] : "", arguments.has("now")};
    if (auto asked = app::requestCancel(folder, request); !asked) {
        const bool refused = asked.error().code == ErrorCode::NotFound;
        if (!history::RunLock::isHeld(folder.lock())) { // it ended meanwhile
            CIRQUE_TRY_ASSIGN(const history::RunSummary now,
                              history::loadRun(context.settings.stateDir, run.id));
            return fail(notRunning(now));
        }
        if (!refused || !request.job.empty()) {
            return fail(std::move(asked.error())
                            .within(fmt::format("while asking run {} to cancel", history::shortId(run.id))));
        }
        return fail(ErrorCode::Unreachable,
                    fmt::format("run {} runs, but takes no requests", history::shortId(run.id)),
                    "end it where it runs (Ctrl-C), or with a TERM signal to its process");
    }
    CIRQUE_TRY(print(fmt::format(
        "{} is being cancelled{}\n",
        request.job.empty() ? fmt::format("run {}", history::shortId(run.id))
                            : fmt::format("job '{}' of run {}", request.job, history::shortId(run.id)),
        request.immediate ? ", at once" : "")));
    return 0;
}

} // namespace cirque::cli
