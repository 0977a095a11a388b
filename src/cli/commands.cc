// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hh"

#include "base/text.hh"
#include "cli/docs/manual.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::cli {
namespace {

constexpr Option folderOption{"directory", 'C', "DIR", "work as if started in DIR"};
constexpr Option pkgsOption{"pkgs", 0, "FILE|host",
                            "the package set of the workflow: a Nix file, or this machine's tools"};
constexpr Option executorOption{"executor", 0, "KIND[,OPTION=VALUE...]",
                                "run the jobs at this kind of place, whatever the workflow says"};
constexpr Option paramOption{"param", 0, "NAME=VALUE", "set a parameter of the workflow (repeatable)"};
constexpr Option overrideOption{"override-input", 0, "NAME REF",
                                "use REF for this input of the flake (repeatable)"};
constexpr Option offlineOption{"offline", 0, "", "let Nix fetch nothing from the network"};
constexpr Option systemOption{"system", 0, "SYSTEM", "evaluate for this system (default: this machine's)"};
constexpr Option noEvalCacheOption{"no-eval-cache", 0, "", "evaluate the workflow again, whatever is kept"};
constexpr Option jsonOption{"json", 0, "", "print JSON"};
constexpr Option helpOption{"help", 'h', "", "print this help"};

template <std::size_t A, std::size_t B>
constexpr std::array<Option, A + B> both(const std::array<Option, A>& first,
                                         const std::array<Option, B>& second) {
    std::array<Option, A + B> out{};
    std::ranges::copy(first, out.begin());
    std::ranges::copy(second, out.begin() + A);
    return out;
}

// Of everything that runs jobs.
constexpr std::array runningOptions{
    folderOption,
    Option{"jobs", 'j', "N", "jobs at the same time (default: the processors, at least 2)"},
    Option{"only", 0, "", "run only the named jobs, not what they need"},
    Option{"fail-fast", 0, "", "cancel the rest when a job fails"},
    Option{"env", 'e', "NAME=VALUE", "set a variable above everything the workflow sets (repeatable)"},
    Option{"env-file", 0, "FILE", "the same from a dotenv file (repeatable)"},
    Option{"secret", 0, "NAME", "offer this variable of the caller as the secret NAME (repeatable)"},
    Option{"secret-file", 0, "FILE", "offer the variables of a dotenv file as secrets (repeatable)"},
    Option{"inherit-env", 0, "", "pass the whole environment of the caller to the steps"},
    offlineOption,
    Option{"keep", 0, "", "keep the jobs' folders after the run"},
    Option{"no-tui", 0, "", "plain lines, also on a terminal"},
    Option{"log-format", 0, "FORMAT", "log lines instead: structured, simple or json"},
    Option{"junit", 0, "FILE", "also write how the run went as JUnit XML, when it has ended"},
    Option{"json", 0, "", "print every event and log line as JSON"},
    helpOption,
};
constexpr std::array checkOptions{folderOption,   executorOption, pkgsOption,   paramOption,
                                  overrideOption, offlineOption,  systemOption, noEvalCacheOption,
                                  jsonOption,     helpOption};
constexpr std::array runOptions = both(
    std::array{pkgsOption, paramOption, executorOption, overrideOption, systemOption, noEvalCacheOption,
               Option{"watch", 0, "", "run again each time files of the tree change, until interrupted"}},
    runningOptions);
constexpr std::array rerunOptions =
    both(std::array{Option{"failed", 0, "", "only what did not end well; the rest is taken over"},
                    Option{"current-tree", 0, "", "also when the files are not those the run saw"}},
         runningOptions);
constexpr std::array graphOptions{
    Option{"format", 0, "tree|dot|mermaid|svg", "how (default: tree)"},
    Option{"run", 0, "RUN", "the graph of this run, coloured by how its jobs ended"},
    folderOption,
    pkgsOption,
    paramOption,
    overrideOption,
    offlineOption,
    systemOption,
    noEvalCacheOption,
    jsonOption,
    helpOption,
};
constexpr std::array runsOptions{Option{"limit", 'n', "N", "at most N runs (default 20)"}, jsonOption,
                                 helpOption};
constexpr std::array initOptions{Option{"template", 't', "TEMPLATE", "start from this template (see --list)"},
                                 Option{"list", 0, "", "print the templates"}, folderOption, helpOption};
constexpr std::array doctorOptions{jsonOption, helpOption};
constexpr std::array showOptions{jsonOption, helpOption};
constexpr std::array showRunOptions{Option{"timeline", 0, "", "what happened when, as a waterfall"},
                                    Option{"format", 0, "text|junit", "how (default: text)"}, jsonOption,
                                    helpOption};
constexpr std::array traceOptions{
    Option{"format", 0, "perfetto|otlp", "Chrome trace events (default), or OpenTelemetry"},
    Option{"output", 'o', "FILE", "write to FILE instead of standard output"}, helpOption};
constexpr std::array logsOptions{Option{"follow", 'f', "", "go on until what is followed has ended"},
                                 Option{"lines", 'n', "N", "only the last N lines"},
                                 Option{"attempt", 0, "N", "of this attempt of the job (default: the last)"},
                                 Option{"try", 0, "N", "of this try of the step (default: the last)"},
                                 jsonOption,
                                 helpOption};

constexpr std::array attachOptions{Option{"no-tui", 0, "", "plain lines, also on a terminal"},
                                   Option{"json", 0, "", "print every event and log line as JSON"},
                                   helpOption};
constexpr std::array cancelOptions{Option{"now", 0, "", "without cleanup steps: everything ends at once"},
                                   helpOption};

constexpr std::array gcOptions{
    Option{"dry-run", 0, "", "only say what would go"},
    Option{"keep-runs", 0, "N", "keep N runs (default: CIRQUE_KEEP_RUNS)"},
    Option{"keep-days", 0, "N", "keep runs for N days (default: CIRQUE_KEEP_DAYS)"},
    Option{"keep-size", 0, "SIZE", "keep runs of SIZE together, like 500M (default: CIRQUE_KEEP_SIZE)"},
    Option{"all", 0, "", "remove every run that does not run, and every kept evaluation"},
    jsonOption,
    helpOption,
};

constexpr auto table = std::to_array<Command>({
    {"init", "[DIR]", "write a first workflow, and a small project when the folder is empty", initOptions,
     initCommand},
    {"doctor", "", "say what this machine can do, and what to install", doctorOptions, doctorCommand},
    {"run", "[TARGET] [JOB...]", "run a workflow, or the named jobs of it with what they need", runOptions,
     runCommand},
    {"rerun", "RUN [JOB...]", "repeat a run, or only what failed in it", rerunOptions, rerunCommand},
    {"check", "[TARGET]", "check a workflow without running it", checkOptions, checkCommand},
    {"plan", "[TARGET]", "print the plan of a workflow", checkOptions, planCommand},
    {"graph", "[TARGET] [JOB...]", "draw the jobs of a workflow or of a run", graphOptions, graphCommand},
    {"runs", "", "list the runs, newest first", runsOptions, runsCommand},
    {"show", "RUN", "show how a run went", showRunOptions, showCommand},
    {"explain", "RUN JOB", "say why a job ran, waited, was skipped or was cached", showOptions,
     explainCommand},
    {"trace", "RUN", "print a run as a trace for Perfetto or OpenTelemetry", traceOptions, traceCommand},
    {"logs", "RUN [JOB[/STEP]]", "print what a run, a job or a step printed", logsOptions, logsCommand},
    {"attach", "RUN", "show a run that another terminal started, until its end", attachOptions,
     attachCommand},
    {"cancel", "RUN [JOB]", "cancel a run that runs, or one job of it; twice: at once", cancelOptions,
     cancelCommand},
    {"artifacts", "RUN", "list the artifacts of a run", showOptions, artifactsCommand},
    {"gc", "", "remove old runs, and what dead ones left", gcOptions, gcCommand},
});

} // namespace

std::span<const Command> commands() {
    return table;
}

Result<const Command*> requireCommand(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Command& command : table) {
        if (command.name == name) {
            return &command;
        }
        names.push_back(command.name);
    }
    const std::string_view near = nearest(name, names);
    return fail(ErrorCode::Usage, fmt::format("unknown command '{}'", name),
                near.empty() ? "see 'cirque help'" : fmt::format("did you mean 'cirque {}'?", near));
}

std::string helpText() {
    std::string out = "cirque: a local-first CI for Nix users\n\nusage: cirque COMMAND [OPTION...]\n\n";
    for (const Command& command : table) {
        out +=
            fmt::format("  {:<34} {}\n", fmt::format("{} {}", command.name, command.usage), command.summary);
    }
    out += fmt::format("  {:<34} {}\n", "help [COMMAND|settings]", "explain a command, or the settings");
    out += fmt::format("  {:<34} {}\n", "version", "print the version");
    out += "\nexit status: 0 good, 1 a job failed, 2 usage or plan error, 3 infrastructure, 124 deadline, "
           "129/130/143 cancelled\n";
    return out;
}

std::string helpText(const Command& command) {
    const std::string_view text = textOf(command.name);
    return fmt::format("usage: cirque {} {}{}[OPTION...]\n\n{}{}\n{}", command.name, command.usage,
                       command.usage.empty() ? "" : " ", text.empty() ? command.summary : text,
                       text.empty() ? ".\n" : "", optionHelp(command.options));
}

std::string settingsText() {
    std::string out = "Settings come from the environment.\n\n";
    for (const config::SettingInfo& setting : config::declaredSettings()) {
        out += fmt::format("  {}\n      {}\n      default: {}\n", setting.variable, setting.doc,
                           setting.defaultText);
    }
    return out;
}

} // namespace cirque::cli
