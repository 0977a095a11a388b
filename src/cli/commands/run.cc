// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hh"
#include "cli/load.hh"
#include "cli/run-request.hh"
#include "cli/run-session.hh"
#include "cli/watch-session.hh"

namespace cirque::cli {
namespace {

io::Task<Result<app::LocalRequest>> fromTarget(Context context, Arguments arguments,
                                               app::LocalRequest request, io::StopToken stop) {
    Result<Loaded> loaded = co_await loadTarget(context, arguments, std::move(stop), LoadFor::Running);
    if (!loaded) {
        co_return fail(std::move(loaded).error());
    }
    request.plan = loaded->plan;
    request.more = loaded->more;
    request.source = loaded->source;
    request.tree = loaded->tree;
    request.treeHash = loaded->treeHash;
    request.rootsFolder = loaded->rootsFolder;
    request.evaluation = loaded->evaluation;
    request.options.selected = loaded->jobs;
    if (request.options.only && loaded->jobs.empty()) {
        co_return fail(ErrorCode::Usage, "--only names no job", "cirque run --only JOB...");
    }
    co_return request;
}

} // namespace

Result<int> runCommand(const Context& context, const Arguments& arguments) {
    const LoadRun load = [&](app::LocalRequest given, io::StopToken stop) {
        return fromTarget(context, arguments, std::move(given), std::move(stop));
    };
    if (arguments.has("watch")) {
        return watchSession(context, arguments, load);
    }
    CIRQUE_TRY_ASSIGN(app::LocalRequest request, makeRequest(context, arguments));
    return runSession(context, arguments, std::move(request), load);
}

} // namespace cirque::cli
