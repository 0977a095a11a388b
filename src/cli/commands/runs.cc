// SPDX-License-Identifier: Apache-2.0
#include "history/runs.hh"

#include "cli/commands.hh"
#include "history/json.hh"

#include <fmt/format.h>

#include <charconv>

namespace cirque::cli {
namespace {

std::string row(const history::RunSummary& run) {
    std::string outcome;
    if (!run.damage.empty()) {
        outcome = "damaged: " + run.damage;
    } else if (run.state == history::RunState::Finished && run.outcome) {
        outcome = describe(*run.outcome);
    } else {
        outcome = toString(run.state);
    }
    const std::string started = run.started ? toIso8601(*run.started).substr(0, 19) + "Z" : "-";
    return fmt::format("{}  {}  {:>9}  {:<24}  {}\n", history::shortId(run.id), started,
                       formatDuration(run.duration), run.name, outcome);
}

} // namespace

Result<int> runsCommand(const Context& context, const Arguments& arguments) {
    constexpr std::size_t usual = 20;
    std::size_t limit = usual;
    if (arguments.has("limit")) {
        const std::string text = arguments.get("limit");
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (error != std::errc{} || end != text.data() + text.size() || limit == 0) {
            return fail(ErrorCode::Usage, fmt::format("--limit '{}' is not a number above 0", text));
        }
    }
    CIRQUE_TRY_ASSIGN(const std::vector<history::RunSummary> runs,
                      history::loadRuns(context.settings.stateDir, limit));
    if (arguments.has("json")) {
        CIRQUE_TRY(print(toLine(history::runsToJson(runs)) + "\n"));
        return 0;
    }
    std::string out;
    for (const history::RunSummary& run : runs) {
        out += row(run);
    }
    CIRQUE_TRY(print(out.empty() ? "no runs yet: start one with 'cirque run'\n" : out));
    return 0;
}

} // namespace cirque::cli
