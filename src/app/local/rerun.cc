// SPDX-License-Identifier: Apache-2.0
#include "app/local/rerun.hh"

#include "app/local/tree-hash.hh"
#include "artifact/store.hh"
#include "history/reuse.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "plan/parse.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>

#include <atomic>

namespace cirque::app {
namespace {

constexpr std::size_t largestPlan = 512u << 20u;

bool holdsMark(std::string_view value) {
    return value.find(secret::redactionMark) != std::string_view::npos;
}

// Whether the tree is the one the run saw.
Result<void> checkTree(const history::RunRecord& record, const Result<std::string>& now) {
    const std::string_view id = history::shortId(record.id);
    const std::string hint = "--current-tree runs it with the tree as it is now";
    if (record.treeHash.empty()) {
        return fail(ErrorCode::Usage,
                    fmt::format("nobody knows whether {} is still what run {} saw: {}", record.tree, id,
                                record.treeChanged ? "files changed while it began"
                                                   : "it kept no fingerprint of its tree"),
                    hint);
    }
    if (!now) {
        return fail(ErrorCode::Usage,
                    fmt::format("nobody knows whether {} is still what run {} saw: {}", record.tree, id,
                                now.error().text()),
                    hint);
    }
    if (*now != record.treeHash) {
        return fail(ErrorCode::Usage,
                    fmt::format("{} is not what run {} saw: files have changed", record.tree, id),
                    hint + "; 'cirque run' evaluates the workflow anew");
    }
    return {};
}

Reused asSettled(const history::Reuse& reuse, const history::RunRecord& record) {
    Reused out;
    for (const auto& [name, outcome] : reuse.settled) {
        const history::JobRecord& job = record.jobs.at(name);
        // the run that ran it, not one that took it over
        const std::string& from = job.reusedFrom.empty() ? record.id.text() : job.reusedFrom;
        out.settled.emplace(name, engine::Settled{outcome, job.results, from, job.artifacts});
    }
    for (const auto& [name, why] : reuse.again) {
        out.notices.emplace_back(name, "runs again though it ended well: " + why);
    }
    return out;
}

// One round: every artifact of what is reused. The jobs whose artifacts are not what they were.
Result<std::set<std::string>> link(const history::RunRecord& record, const history::Reuse& reuse,
                                   const std::string& from, const std::string& into,
                                   const std::atomic<bool>& cancelled) {
    const artifact::ArtifactStore store(into);
    const artifact::ArtifactStore former(from);
    std::set<std::string> unusable;
    for (const auto& [name, outcome] : reuse.settled) {
        for (const event::ArtifactSaved& saved : record.jobs.at(name).artifacts) {
            auto taken = store.takeOver(former, saved.name, saved.sha256, &cancelled);
            if (taken) {
                continue;
            }
            if (taken.error().code != ErrorCode::NotFound && taken.error().code != ErrorCode::Corrupt) {
                return fail(std::move(taken).error());
            }
            unusable.insert(name);
        }
    }
    return unusable;
}

} // namespace

Result<std::shared_ptr<const plan::Plan>> recordedPlan(const std::string& stateDir,
                                                       const history::RunRecord& record) {
    const std::string path = history::runFolder(stateDir, record.id).plan();
    const std::string_view id = history::shortId(record.id);
    const auto read = [&]() -> Result<plan::Plan> {
        CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(path, largestPlan));
        return plan::parsePlanText(text, path);
    };
    auto parsed = read();
    // a run that ended before its first job, of a plan that was known as a whole, is no such case
    if (!record.planComplete && (!record.jobs.empty() || !parsed)) {
        return fail(ErrorCode::Unsupported,
                    fmt::format("run {} ended before all its jobs were known, so it cannot be repeated", id),
                    "run the workflow anew with 'cirque run'");
    }
    if (!parsed) {
        parsed.error().hint = "run the workflow anew with 'cirque run'";
        return fail(std::move(parsed.error()).within(fmt::format("while reading the plan of run {}", id)));
    }
    return std::make_shared<const plan::Plan>(std::move(*parsed));
}

io::Task<Result<void>> prepareRerun(RerunOptions options, LocalRequest* request, io::StopToken stop) {
    const std::string& stateDir = request->settings.stateDir;
    if (history::RunLock::isHeld(history::runFolder(stateDir, options.run).lock())) {
        co_return fail(ErrorCode::Usage, fmt::format("run {} still runs", history::shortId(options.run)),
                       fmt::format("wait for it with 'cirque attach {0}', or end it with 'cirque cancel {0}'",
                                   history::shortId(options.run)));
    }
    auto loaded = history::loadRecord(stateDir, options.run);
    if (!loaded) {
        co_return fail(std::move(loaded).error());
    }
    const auto record = std::make_shared<const history::RunRecord>(std::move(*loaded));
    CIRQUE_CO_TRY_ASSIGN(request->plan, recordedPlan(stateDir, *record));
    request->source = record->workflow;
    request->tree = record->tree;
    const Result<std::string> hash = co_await currentTreeHash(record->tree, stateDir, stop);
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "looking at the tree was stopped");
    }
    if (!options.currentTree) {
        CIRQUE_CO_TRY(checkTree(*record, hash));
    }
    request->treeHash = hash ? *hash : std::string();
    request->sameTree = !options.currentTree;
    request->options.selected = options.jobs;
    if (options.jobs.empty()) {
        std::vector<std::string> former = history::selectedJobs(*record, *request->plan);
        if (former.size() < request->plan->jobs.size()) {
            request->options.selected = std::move(former);
            request->options.only = true; // what it needs of others was left out then, or is among them
        }
    }
    request->repeats = record;
    request->reuse = options.failed;
    if (options.failed) {
        request->options.settled = chooseReused(*record, *request->plan).settled;
    }
    co_return Result<void>{};
}

Reused chooseReused(const history::RunRecord& record, const plan::Plan& plan) {
    return asSettled(history::chooseReuse(record, plan, {holdsMark, {}, {}}), record);
}

io::Task<Result<Reused>> takeOver(std::shared_ptr<const history::RunRecord> record,
                                  std::shared_ptr<const plan::Plan> plan, std::string stateDir,
                                  std::string artifacts, std::set<std::string> collected,
                                  io::StopToken stop) {
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const std::string former = history::runFolder(stateDir, record->id).artifacts();
    const std::function<Result<Reused>()> work = [&]() -> Result<Reused> {
        history::ReuseLimits limits{holdsMark, {}, collected};
        while (!cancelled) {
            const history::Reuse reuse = history::chooseReuse(*record, *plan, limits);
            CIRQUE_TRY_ASSIGN(const std::set<std::string> found,
                              link(*record, reuse, former, artifacts, cancelled));
            if (found.empty()) {
                return asSettled(reuse, *record);
            }
            // what was taken over for a job that runs now must not be found by others
            CIRQUE_TRY(io::removeTree(artifacts));
            CIRQUE_TRY(io::makeFolders(artifacts, 0700));
            const std::size_t known = limits.unusable.size();
            limits.unusable.insert(found.begin(), found.end());
            if (limits.unusable.size() == known) {
                return fail(ErrorCode::Corrupt,
                            fmt::format("cannot take over the artifacts of job '{}': it is reused although "
                                        "one of them is missing or damaged",
                                        *found.begin()),
                            "'cirque rerun' without --failed runs everything");
            }
        }
        return fail(ErrorCode::Process, "taking artifacts over was stopped");
    };
    Result<Reused> reused = co_await io::offload(work);
    co_return reused;
}

} // namespace cirque::app
