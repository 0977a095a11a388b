// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "cli/commands.hh"
#include "cli/junit-file.hh"
#include "cli/run-argument.hh"
#include "cli/terminal.hh"
#include "cli/told-page.hh"
#include "history/json.hh"
#include "history/layout.hh"
#include "history/timeline-json.hh"
#include "report/timeline/waterfall.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

std::string inWords(const std::optional<Outcome>& outcome, bool tolerated = false) {
    if (!outcome) {
        return "-";
    }
    return describe(*outcome) + (tolerated ? " (tolerated)" : "");
}

std::string inWords(const history::StepSummary& service) {
    std::string out = service.up ? "up after " + formatDuration(*service.up) : "was not up";
    if (service.starts > 1) {
        out += fmt::format(", {} starts", service.starts);
    }
    if (service.outcome && service.outcome->kind != OutcomeKind::Cancelled) { // else it ended with its job
        const std::string how = service.outcome->ok() ? "exit 0" : describe(*service.outcome);
        out += service.up ? fmt::format(", ended early ({})", how) : ": " + how;
    }
    return out;
}

std::string page(const history::RunSummary& run) {
    std::string out = fmt::format("run       {}\nworkflow  {} ({})\ntree      {}\nstate     {}\n",
                                  run.id.text(), run.name, run.workflow, run.tree, toString(run.state));
    if (run.started) {
        out += fmt::format("started   {}\n", toIso8601(*run.started));
    }
    out += fmt::format("took      {}\noutcome   {}\n", formatDuration(run.duration), inWords(run.outcome));
    if (!run.damage.empty()) {
        out += fmt::format("damage    {}\n", run.damage);
    }
    for (const history::JobSummary& job : run.jobs) {
        out += fmt::format("\n{:<32} {:>9}  {}\n", job.name, formatDuration(job.duration),
                           inWords(job.outcome, job.tolerated));
        for (const history::StepSummary& service : job.services) {
            out += service.tries.empty() ? ""
                                         : fmt::format("  service {:<22} {:>9}  {}\n", service.name,
                                                       formatDuration(service.duration), inWords(service));
        }
        for (std::size_t i = 0; i < job.steps.size(); ++i) {
            const history::StepSummary& step = job.steps[i];
            const std::string tries =
                step.tries.size() > 1 ? fmt::format(", {} tries", step.tries.size()) : "";
            out += fmt::format("  {:>2}. {:<26} {:>9}  {}{}\n", i + 1, step.name,
                               formatDuration(step.duration), inWords(step.outcome), tries);
        }
        out += toldBelow(job);
    }
    return out + summariesOf(run);
}

Result<int> showTimeline(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const RunId id, namedRunId(context, arguments, "show", 1));
    CIRQUE_TRY_ASSIGN(const history::Timeline timeline, history::loadTimeline(context.settings.stateDir, id));
    CIRQUE_TRY(print(arguments.has("json")
                         ? toLine(history::timelineToJson(timeline)) + "\n"
                         : report::toWaterfall(timeline, {pageWidth(), pageColour(context)})));
    return 0;
}

} // namespace

Result<int> showCommand(const Context& context, const Arguments& arguments) {
    if (arguments.has("timeline")) {
        return showTimeline(context, arguments);
    }
    const std::string format = arguments.has("format") ? arguments.get("format") : "text";
    if (format != "text" && format != "junit") {
        return fail(ErrorCode::Usage, fmt::format("--format '{}' is neither text nor junit", format));
    }
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, namedRun(context, arguments, "show", 1));
    if (format == "junit") {
        CIRQUE_TRY(print(junitOf(context, run)));
        return 0;
    }
    CIRQUE_TRY(print(arguments.has("json") ? toLine(history::runToJson(run)) + "\n" : page(run)));
    return 0;
}

} // namespace cirque::cli
