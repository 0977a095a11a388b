// SPDX-License-Identifier: Apache-2.0
#include "app/local/rerun.hh"

#include "cli/commands.hh"
#include "cli/load.hh"
#include "cli/run-request.hh"
#include "cli/run-session.hh"
#include "history/runs.hh"

namespace cirque::cli {
namespace {

io::Task<Result<app::LocalRequest>> fromRun(app::RerunOptions options, app::LocalRequest request,
                                            io::StopToken stop) {
    CIRQUE_CO_TRY(co_await app::prepareRerun(options, &request, std::move(stop)));
    CIRQUE_CO_TRY(checkJobs(*request.plan, options.jobs));
    co_return request;
}

} // namespace

Result<int> rerunCommand(const Context& context, const Arguments& arguments) {
    const std::vector<std::string>& words = arguments.positionals();
    if (words.empty()) {
        return fail(ErrorCode::Usage, "cirque rerun: which run?",
                    "name it by the beginning of its id; 'cirque runs' lists them");
    }
    app::RerunOptions options;
    CIRQUE_TRY_ASSIGN(options.run, history::findRun(context.settings.stateDir, words.front()));
    options.failed = arguments.has("failed");
    options.currentTree = arguments.has("current-tree");
    options.jobs.assign(words.begin() + 1, words.end());
    CIRQUE_TRY_ASSIGN(app::LocalRequest request, makeRequest(context, arguments));
    if (request.options.only && options.jobs.empty()) {
        return fail(ErrorCode::Usage, "--only names no job", "cirque rerun RUN --only JOB...");
    }
    const LoadRun load = [&](app::LocalRequest given, io::StopToken stop) {
        return fromRun(options, std::move(given), std::move(stop));
    };
    return runSession(context, arguments, std::move(request), load);
}

} // namespace cirque::cli
