// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"
#include "base/text.hh"
#include "history/layout.hh"
#include "report/finish/parts.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {

std::string logAddress(const JobModel& job, int step) {
    if (const auto service = TryRef{job.name, 1, step, 1}.service()) {
        const std::string name = *service < job.services.size() ? job.services[*service].name : std::string();
        const bool unique = std::ranges::count(job.steps, name, &StepModel::name) == 0;
        return fmt::format("{}/{}{}", job.name, unique ? "" : "services.", name);
    }
    const auto index = static_cast<std::size_t>(std::max(step, 0));
    const std::string name = index < job.steps.size() ? job.steps[index].name : std::string();
    const bool unique = !name.empty() && std::ranges::count(job.steps, name, &StepModel::name) == 1;
    return fmt::format("{}/{}", job.name, unique ? name : fmt::format("{}", index + 1));
}

namespace finish {
namespace {

std::string heading(std::string_view name, const Outcome& outcome, bool tolerated,
                    const FinishOptions& options) {
    const std::string words = shown(inWords(outcome)) + (tolerated ? " (tolerated)" : "");
    return paint(Style::Dim, fmt::format("[{}]", shown(name)), options.colour) + ' ' +
           paint(styleOf(outcome, tolerated), words, options.colour);
}

void appendHint(std::string& out, const Outcome& outcome) {
    if (!outcome.hint.empty()) {
        out += fmt::format("  hint: {}\n", shown(outcome.hint));
    }
}

void appendOutside(std::string& out, const JobModel& job, const FinishOptions& options) {
    // it failed outside its steps: the table has room for the beginning only
    out += '\n' + heading(job.name, *job.outcome, job.tolerated, options) + '\n';
    appendHint(out, *job.outcome);
}

} // namespace

void appendFailures(std::string& out, const RunModel& model, const FinishOptions& options) {
    std::size_t count = 0;
    for (const JobModel& job : model.jobs()) {
        if (job.failures.empty() && job.outcome && job.outcome->failed()) {
            appendOutside(out, job, options);
        }
        for (const Failure& failure : job.failures) {
            const TryRef ref{job.name, job.attempt, failure.step, 0};
            const std::string head = heading(fmt::format("{}/{}", job.name, model.stepName(ref)),
                                             failure.outcome, job.tolerated, options);
            const std::string command = fmt::format("cirque logs {} {}", history::shortId(model.run()),
                                                    shellQuote(shown(logAddress(job, failure.step))));
            if (count++ >= options.failuresInFull) {
                out += head + fmt::format("; see `{}`\n", command);
                continue;
            }
            out += '\n' + head + (failure.printed ? "; its last lines:\n" : "; it printed nothing\n");
            for (const std::string& line : failure.lines) {
                out += "    " + line + '\n';
            }
            appendHint(out, failure.outcome);
            out += failure.printed ? fmt::format("  all of them: {}\n", command) : "";
        }
    }
}

} // namespace finish
} // namespace cirque::report
