// SPDX-License-Identifier: Apache-2.0
#include "report/finish/finish.hh"

#include "base/columns.hh"
#include "history/layout.hh"
#include "report/finish/parts.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t mostNames = 5;

// "build, test, ..."
std::string namesOfBad(const RunModel& model) {
    std::vector<std::string> names;
    for (const JobModel& job : model.jobs()) {
        if (job.bad()) {
            names.push_back(names.size() < mostNames ? shown(job.name) : "...");
        }
        if (names.size() > mostNames) {
            break;
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

void appendVerdict(std::string& out, const RunModel& model, const event::Event& event,
                   const event::RunFinished& body, const FinishOptions& options) {
    const Counts counts = model.counts();
    const std::size_t jobs = model.jobs().size();
    // which jobs failed says more than that one did
    const bool said = counts.failed > 0 && body.outcome.kind == OutcomeKind::Failed && !body.outcome.timeout;
    std::string text = fmt::format("{} {} {}", markOf(body.outcome), shown(model.name()),
                                   said ? "failed" : shown(inWords(body.outcome)));
    text += counts.failed > 0
                ? fmt::format("; {} of {} failed: {}", counts.failed, countOf(jobs, "job"), namesOfBad(model))
                : "; " + countOf(jobs, "job");
    text += counts.cached > 0 ? fmt::format(", {} cached", counts.cached) : "";
    text += counts.tolerated > 0 ? fmt::format(", {} failed and tolerated", counts.tolerated) : "";
    text += counts.skipped > 0 ? fmt::format(", {} skipped", counts.skipped) : "";
    text += fmt::format("; {}", formatDuration(event.mono - model.started()));
    text += body.exitStatus != 0 ? fmt::format("; exit status {}", body.exitStatus) : "";
    out += '\n' + paint(styleOf(body.outcome), text, options.colour) + '\n';
    if (!body.outcome.hint.empty()) {
        out += "hint: " + shown(body.outcome.hint) + '\n';
    }
    if (body.exitStatus != 0 && jobs > 0) {
        out += fmt::format("run again what did not succeed: cirque rerun {} --failed\n",
                           history::shortId(model.run()));
    }
}

} // namespace

std::string finish::cut(std::string text, const FinishOptions& options) {
    return options.columns == 0 ? std::move(text) : fitColumns(text, options.columns);
}

std::string finalScreen(const RunModel& model, const event::Event& event, const event::RunFinished& body,
                        const FinishOptions& options) {
    std::string out;
    finish::appendSummaries(out, model, options);
    finish::appendAnnotations(out, model, options);
    finish::appendTests(out, model, options);
    finish::appendFailures(out, model, options);
    finish::appendTable(out, model, options);
    appendVerdict(out, model, event, body, options);
    return out;
}

} // namespace cirque::report
