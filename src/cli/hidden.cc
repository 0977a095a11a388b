// SPDX-License-Identifier: Apache-2.0
#include "cli/hidden.hh"

#include "app/local/workflow-app.hh"
#include "base/machine.hh"
#include "cli/completion/complete.hh"
#include "cli/docs/manual.hh"
#include "history/find-log.hh"
#include "history/runs.hh"
#include "io/process/fd.hh"
#include "starter/templates.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::cli {
namespace {

constexpr std::size_t offeredRuns = 20;

std::vector<Candidate> runsOf(const Context& context) {
    std::vector<Candidate> out;
    const auto runs = history::loadRuns(context.settings.stateDir, offeredRuns);
    for (const history::RunSummary& run : runs ? *runs : std::vector<history::RunSummary>{}) {
        const std::string ending = run.outcome ? describe(*run.outcome) : std::string(toString(run.state));
        out.push_back({std::string(history::shortId(run.id)), fmt::format("{}: {}", run.name, ending)});
    }
    return out;
}

// The run that is named, or for "" the newest one of the tree that the current folder lies in.
std::optional<history::RunSummary> meantRun(const Context& context, const std::string& prefix) {
    if (!prefix.empty()) {
        const auto id = history::findRun(context.settings.stateDir, prefix);
        const auto run = id ? history::loadRun(context.settings.stateDir, *id) : fail(id.error());
        return run ? std::optional(*run) : std::nullopt;
    }
    const auto runs = history::loadRuns(context.settings.stateDir, offeredRuns);
    for (const history::RunSummary& run : runs ? *runs : std::vector<history::RunSummary>{}) {
        if (!run.tree.empty() && (context.folder + "/").starts_with(run.tree + "/")) {
            return run;
        }
    }
    return std::nullopt;
}

std::vector<Candidate> jobsOf(const Context& context, const std::string& prefix) {
    std::vector<Candidate> out;
    if (const auto run = meantRun(context, prefix)) {
        for (const history::JobSummary& job : run->jobs) {
            out.push_back({job.name, job.outcome ? describe(*job.outcome) : "job"});
        }
    }
    return out;
}

std::vector<Candidate> stepsOf(const Context& context, const std::string& prefix) {
    std::vector<Candidate> out;
    if (const auto run = meantRun(context, prefix)) {
        for (const history::JobSummary& job : run->jobs) {
            for (std::size_t step = 0; step < job.steps.size(); ++step) {
                const auto& outcome = job.steps[step].outcome;
                out.push_back({history::logAddress(job, step), outcome ? describe(*outcome) : "step"});
            }
        }
    }
    return out;
}

std::vector<Candidate> templatesOf() {
    std::vector<Candidate> out;
    for (const starter::Template& known : starter::templates()) {
        out.push_back({std::string(known.name), std::string(known.title)});
    }
    return out;
}

Result<int> completeWords(const Context& context, const std::vector<std::string>& words) {
    CompletionSources sources;
    sources.runs = [&] { return runsOf(context); };
    sources.jobs = [&](const std::string& run) { return jobsOf(context, run); };
    sources.steps = [&](const std::string& run) { return stepsOf(context, run); };
    sources.templates = templatesOf;
    CIRQUE_TRY(print(toLines(complete(commands(), words, sources))));
    return 0;
}

// __docs markdown: the reference page; __docs man FOLDER: every man page, into that folder.
Result<int> docs(const Context& /*context*/, const std::vector<std::string>& words) {
    if (words == std::vector<std::string>{"markdown"}) {
        CIRQUE_TRY(print(referencePage(commands(), config::declaredSettings())));
        return 0;
    }
    if (words.size() == 2 && words.front() == "man") {
        CIRQUE_TRY(io::makeFolders(words[1]));
        for (const ManPage& page : manPages(commands(), config::declaredSettings())) {
            CIRQUE_TRY(io::writeFileAtomic(fmt::format("{}/{}", words[1], page.name), page.text));
        }
        return 0;
    }
    return fail(ErrorCode::Usage, "__docs takes 'markdown' or 'man FOLDER'");
}

// The builder of nix/lib/app.nix; everything stands in its environment.
Result<int> buildApp(const Context& context, const std::vector<std::string>& /*words*/) {
    const auto value = [&](std::string_view name) { return context.environment.get(name); };
    const app::WorkflowApp app{.planFile = value("planPath"),
                               .storeDir = value("NIX_STORE"),
                               .out = value("out"),
                               .program = value("program"),
                               .cirque = value("builder"),
                               .system = context.environment.get("system", thisSystem())};
    for (const std::string& needed : {app.planFile, app.storeDir, app.out, app.program, app.cirque}) {
        if (needed.empty()) {
            return fail(ErrorCode::Usage,
                        "__app is the builder of a workflow's package; it is not to be called by hand");
        }
    }
    CIRQUE_TRY(app::buildWorkflowApp(app));
    return 0;
}

// __app-run PROGRAM [ARGUMENT...]: cirque run on the plan beside PROGRAM.
Result<int> runApp(const Context& context, const std::vector<std::string>& words) {
    if (words.empty()) {
        return fail(ErrorCode::Usage,
                    "__app-run is started by a workflow's package; it is not to be called by hand");
    }
    CIRQUE_TRY_ASSIGN(const Command* run, requireCommand("run"));
    CIRQUE_TRY_ASSIGN(std::string plan, app::planOfApp(words.front()));
    std::vector<std::string> arguments{std::move(plan)};
    arguments.insert(arguments.end(), words.begin() + 1, words.end());
    CIRQUE_TRY_ASSIGN(const Arguments parsed, parseArguments("run", run->options, std::move(arguments)));
    if (parsed.has("help")) {
        CIRQUE_TRY(print(helpText(*run)));
        return 0;
    }
    return run->run(context, parsed);
}

constexpr std::array<HiddenCommand, 4> table{{
    {"__app", buildApp},
    {"__app-run", runApp},
    {"__complete", completeWords},
    {"__docs", docs},
}};

} // namespace

const HiddenCommand* findHidden(std::string_view name) {
    const auto found = std::ranges::find(table, name, &HiddenCommand::name);
    return found == table.end() ? nullptr : &*found;
}

} // namespace cirque::cli
