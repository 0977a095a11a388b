// SPDX-License-Identifier: Apache-2.0
#include "app/local/housekeeping.hh"
#include "cli/commands.hh"
#include "event/types/json-text.hh"
#include "history/json.hh"
#include "history/layout.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <map>

namespace cirque::cli {
namespace {

Result<app::GarbageOptions> optionsOf(const Context& context, const Arguments& arguments) {
    app::GarbageOptions options;
    options.limits = app::limitsOf(context.settings);
    options.all = arguments.has("all");
    options.dryRun = arguments.has("dry-run");
    if (arguments.has("keep-runs")) {
        CIRQUE_TRY_ASSIGN(options.limits.runs, config::parseCount(arguments.get("keep-runs"), "--keep-runs"));
    }
    if (arguments.has("keep-days")) {
        CIRQUE_TRY_ASSIGN(options.limits.days, config::parseCount(arguments.get("keep-days"), "--keep-days"));
    }
    if (arguments.has("keep-size")) {
        CIRQUE_TRY_ASSIGN(options.limits.bytes, config::parseSize(arguments.get("keep-size"), "--keep-size"));
    }
    return options;
}

std::string inWords(const app::Garbage& garbage, bool dryRun) {
    std::string out;
    for (const history::Expired& run : garbage.runs.removed) {
        out += fmt::format("  {:<46} {:>10}  {}\n", fmt::format("run {}", history::shortId(run.id)),
                           report::formatBytes(run.bytes), toString(run.why));
    }
    std::map<std::string_view, std::pair<std::size_t, std::int64_t>> kinds;
    for (const app::Leftover& one : garbage.leftovers) {
        ++kinds[one.what].first;
        kinds[one.what].second += one.bytes;
    }
    for (const auto& [what, sum] : kinds) {
        out += fmt::format("  {:<46} {:>10}\n", fmt::format("{} × {}", sum.first, what),
                           report::formatBytes(sum.second));
    }
    if (garbage.runs.busy) {
        out += "another cirque is removing runs at this moment: they were left to it\n";
    }
    const auto stay = [&](std::size_t count, std::string_view whyOne, std::string_view whyMany) {
        if (count > 0) {
            out += fmt::format("{} {}\n", report::countOf(count, "run"), count == 1 ? whyOne : whyMany);
        }
    };
    stay(garbage.runs.inUse, "stays: it runs, or is repeated by a run that runs",
         "stay: they run, or are repeated by a run that runs");
    stay(garbage.runs.newborn,
         "stays: it has no events and is less than a minute old, so it may be about to begin",
         "stay: they have no events and are less than a minute old, so they may be about to begin");
    out += fmt::format("{} {}\n", dryRun ? "would free" : "freed", report::formatBytes(garbage.bytes()));
    return out;
}

JsonObject toJson(const app::Garbage& garbage, bool dryRun) {
    JsonArray runs;
    for (const history::Expired& run : garbage.runs.removed) {
        runs.push_back({{"id", run.id.text()}, {"why", toString(run.why)}, {"bytes", run.bytes}});
    }
    JsonArray leftovers;
    for (const app::Leftover& one : garbage.leftovers) {
        JsonObject made{{"what", one.what}, {"bytes", one.bytes}};
        event::putText(made, "path", one.path);
        leftovers.push_back(std::move(made));
    }
    return {{"version", history::jsonVersion},
            {"dryRun", dryRun},
            {"busy", garbage.runs.busy},
            {"runs", std::move(runs)},
            {"left", garbage.runs.left},
            {"leftovers", std::move(leftovers)},
            {"bytes", garbage.bytes()},
            {"problems", JsonArray(garbage.problems.begin(), garbage.problems.end())}};
}

} // namespace

Result<int> gcCommand(const Context& context, const Arguments& arguments) {
    if (!arguments.positionals().empty()) {
        return fail(ErrorCode::Usage,
                    fmt::format("cirque gc: '{}' is one word too many", arguments.positionals()[0]));
    }
    CIRQUE_TRY_ASSIGN(const app::GarbageOptions options, optionsOf(context, arguments));
    CIRQUE_TRY_ASSIGN(const app::Garbage garbage, app::collectGarbage(context.settings, options));
    CIRQUE_TRY(print(arguments.has("json") ? toLine(toJson(garbage, options.dryRun)) + "\n"
                                           : inWords(garbage, options.dryRun)));
    for (const std::string& problem : garbage.problems) {
        printNote("could not remove: " + problem);
    }
    constexpr int infrastructure = 3;
    return garbage.problems.empty() ? 0 : infrastructure;
}

} // namespace cirque::cli
