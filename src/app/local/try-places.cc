// SPDX-License-Identifier: Apache-2.0
#include "app/local/try-places.hh"

#include "agent/run-folder.hh"
#include "app/local/executors.hh"
#include "app/local/program-files.hh"
#include "base/json.hh"
#include "base/machine.hh"
#include "base/time.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::app {
namespace {

// Nothing is run, so nothing is asked of these.
class NoWorkspaces : public exec::Workspaces {
  public:
    io::Task<Result<void>> make(std::string /*path*/, bool /*copyRepo*/, io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "there is no run");
    }
};

class NoArtifacts : public exec::Artifacts {
  public:
    io::Task<Result<void>> restore(std::string /*name*/, std::string /*folder*/, std::string /*path*/,
                                   io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "there is no run");
    }

    io::Task<Result<exec::CollectedArtifact>> save(std::string /*name*/, std::string /*folder*/,
                                                   std::string /*path*/, io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "there is no run");
    }
};

class NoClosures : public exec::Closures {
  public:
    io::Task<Result<exec::StoreClosure>> of(std::shared_ptr<const plan::Plan> /*plan*/,
                                            std::shared_ptr<const plan::Job> /*job*/,
                                            io::StopToken /*stop*/) override {
        co_return exec::StoreClosure{};
    }

    io::Task<Result<void>> copyTo(exec::StoreTarget /*target*/, exec::StoreClosure /*closure*/,
                                  TryRef /*ref*/, std::shared_ptr<exec::OutputSink> /*log*/,
                                  io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "there is no run");
    }

    void forget(const std::string& /*uri*/) override {}

    void tell(const TryRef& /*ref*/, const exec::HandOver& /*progress*/, bool /*last*/) override {}
};

std::shared_ptr<const plan::Job> sampleJob(const ExecutorRow& row) {
    auto job = std::make_shared<plan::Job>();
    job->name = "doctor";
    job->executor.kind = std::string(row.kind);
    if (const auto options = parseJson(row.sample, "the options of a sample");
        options && options->is_object()) {
        job->executor.options = options->get_object();
    }
    return job;
}

} // namespace

io::Task<std::vector<std::pair<std::string, Result<void>>>>
tryPlaces(config::Settings settings, config::Environment environment, io::StopToken stop) {
    std::vector<std::pair<std::string, Result<void>>> tried;
    NoWorkspaces workspaces;
    NoArtifacts artifacts;
    NoClosures closures;
    const Result<std::string> agent = findAgent();
    const Result<std::string> leader = findLeader();
    // what is tried is of a run that lives, for every run that begins meanwhile; a state folder that cannot
    // be written to is told elsewhere
    const RunId run = RunId::make(wallNow().micros / 1000);
    const std::string workRoot = settings.stateDir + "/work";
    const bool isFirst = ::access(workRoot.c_str(), F_OK) != 0;
    Result<agent::RunFolder> folder = agent::RunFolder::create(workRoot, run.text());
    for (const ExecutorRow& row : executorRows()) {
        if (row.sample.empty() || stop.stopRequested()) {
            continue;
        }
        if (!agent) {
            tried.emplace_back(row.kind, fail(agent.error()));
            continue;
        }
        exec::AgentWorld world{.run = run,
                               .stateDir = settings.stateDir,
                               .tree = settings.stateDir,
                               .workRoot = fmt::format("{}/{}", workRoot, run.text()),
                               .privateFolder = {},
                               .agent = *agent,
                               .leader = leader ? *leader : std::string(),
                               .hostPath = environment.get("PATH"),
                               .environment = environment.block(),
                               .system = thisSystem(),
                               .workspaces = workspaces,
                               .artifacts = artifacts,
                               .closures = closures};
        const std::unique_ptr<exec::Executor> executor = row.make(std::move(world));
        Result<void> able = co_await executor->check(sampleJob(row), stop);
        (void)co_await executor->close(); // what a try made is gone
        tried.emplace_back(row.kind, std::move(able));
    }
    if (folder) {
        (void)folder->remove(); // the next run removes what is left
    }
    if (isFirst) {
        (void)::rmdir(workRoot.c_str()); // unless a run has begun
    }
    co_return tried;
}

} // namespace cirque::app
