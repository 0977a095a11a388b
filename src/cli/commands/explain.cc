// SPDX-License-Identifier: Apache-2.0
#include "report/explain/explain.hh"

#include "cli/commands.hh"
#include "cli/run-argument.hh"
#include "history/layout.hh"
#include "history/timeline.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

namespace cirque::cli {

Result<int> explainCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const RunId id, namedRunId(context, arguments, "explain", 2));
    if (arguments.positionals().size() < 2) {
        return fail(ErrorCode::Usage, "cirque explain: which job?",
                    fmt::format("`cirque show {}` lists the jobs of the run", history::shortId(id)));
    }
    CIRQUE_TRY_ASSIGN(const history::Timeline timeline, history::loadTimeline(context.settings.stateDir, id));
    const std::optional<plan::Plan> plan = planOfRun(context, id);
    CIRQUE_TRY_ASSIGN(const report::Explanation why,
                      report::explain(timeline, plan ? &*plan : nullptr, arguments.positionals()[1]));
    if (arguments.has("json")) {
        CIRQUE_TRY(print(toLine(report::toJson(why)) + "\n"));
        return 0;
    }
    std::string out = fmt::format("{} of run {}, {}\n", report::shown(why.job), history::shortId(id),
                                  report::shown(timeline.name));
    for (const std::string& sentence : why.sentences) {
        out += fmt::format("  {}\n", report::shown(sentence));
    }
    CIRQUE_TRY(print(out));
    return 0;
}

} // namespace cirque::cli
