// SPDX-License-Identifier: Apache-2.0
#include "history/runs.hh"

#include "event/journal/journal.hh"
#include "history/json.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace cirque::history {
namespace {

std::optional<RunSummary> loadKept(const RunFolder& folder, const RunId& run) {
    const auto text = io::readFile(folder.summary());
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code code;
    const Json json = boost::json::parse(*text, code);
    auto kept = code ? Result<RunSummary>(fail(ErrorCode::Corrupt, "not JSON")) : parseRun(json);
    return kept && kept->id == run ? std::optional(std::move(*kept)) : std::nullopt;
}

RunSummary gather(const RunFolder& folder, const RunId& run) {
    // Asked before and after: a run that begins or ends while its journal is read was not interrupted.
    const bool before = RunLock::isHeld(folder.lock());
    Summarizer summarizer(run);
    const auto read = event::readJournal(folder.journal(), [&](const event::Event& event) {
        summarizer.add(event);
        return true;
    });
    RunSummary summary = std::move(summarizer).take(before || RunLock::isHeld(folder.lock()));
    if (!read) {
        summary.damage = read.error().text();
    }
    return summary;
}

} // namespace

Result<void> saveSummary(const RunFolder& folder, const RunSummary& run) {
    return io::writeFileAtomic(folder.summary(), toLine(Json(runToJson(run))) + "\n");
}

Result<RunSummary> loadRun(const std::string& stateDir, const RunId& run) {
    const RunFolder folder = runFolder(stateDir, run);
    if (auto kept = loadKept(folder, run)) {
        return std::move(*kept);
    }
    if (::access(folder.path.c_str(), F_OK) != 0) {
        return fail(ErrorCode::NotFound, fmt::format("there is no run {} in {}", run.text(), stateDir),
                    "`cirque runs` lists the runs there are");
    }
    RunSummary summary = gather(folder, run);
    if (summary.state == RunState::Finished && summary.damage.empty()) {
        // only saves time: a state folder that cannot be written is no reason to show nothing
        static_cast<void>(saveSummary(folder, summary));
    }
    return summary;
}

Result<std::vector<RunSummary>> loadRuns(const std::string& stateDir, std::size_t limit) {
    CIRQUE_TRY_ASSIGN(const std::vector<RunId> ids, listRunIds(stateDir));
    std::vector<RunSummary> runs;
    for (const RunId& id : ids) {
        if (runs.size() == limit) {
            break;
        }
        if (auto run = loadRun(stateDir, id)) {
            runs.push_back(std::move(*run)); // one that was removed meanwhile is no run any more
        }
    }
    return runs;
}

Result<RunId> findRun(const std::string& stateDir, std::string_view prefix) {
    std::string wanted(prefix);
    std::ranges::transform(wanted, wanted.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    CIRQUE_TRY_ASSIGN(const std::vector<RunId> ids, listRunIds(stateDir));
    std::vector<std::string_view> matches;
    const RunId* match = nullptr;
    for (const RunId& id : ids) {
        if (id.text().starts_with(wanted)) {
            matches.push_back(id.text());
            match = &id;
        }
    }
    if (matches.empty() || wanted.empty()) {
        return fail(ErrorCode::NotFound, fmt::format("there is no run '{}' in {}", prefix, stateDir),
                    ids.empty() ? "nothing has run yet" : "`cirque runs` lists the runs there are");
    }
    if (matches.size() > 1) {
        constexpr std::size_t most = 5;
        const std::size_t shown = std::min(most, matches.size());
        return fail(ErrorCode::NotFound, fmt::format("{} runs begin with '{}'", matches.size(), prefix),
                    fmt::format("give more of the id: {}{}",
                                fmt::join(matches.begin(),
                                          matches.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                                matches.size() > shown ? ", ..." : ""));
    }
    return *match;
}

} // namespace cirque::history
