// SPDX-License-Identifier: Apache-2.0
#include "exec/local/local-site.hh"

#include "agent/engine.hh"
#include "exec/local/translate.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::exec {

namespace {

// True when nothing is left of it.
bool removeEmpty(const std::string& folder) {
    return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

} // namespace

Result<void> LocalSite::openRunner() {
    const LocalOptions& options = *parts_.options;
    const std::string& secret = parts_.folders.secret;
    CIRQUE_TRY(io::makeNewFolder(secret, 0700, "the folder"));
    agent::JobContext context;
    context.jobFolder = parts_.folders.job;
    context.privateFolder = secret;
    context.toolsFolder = parts_.folders.tools;
    context.leader = options.leader;
    context.bash = options.bash;
    context.hostPath = options.hostPath;
    context.environment = options.environment;
    context.grace = options.grace;
    context.plan = parts_.place.plan;
    context.leaders = parts_.leaders;
    CIRQUE_TRY_ASSIGN(runner_, agent::StepRunner::open(std::move(context)));
    return {};
}

io::Task<Result<void>> LocalSite::prepare(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    CIRQUE_CO_TRY(io::makeFolders(parts_.options->workRoot + "/jobs", 0700));
    const bool copyRepo = parts_.place.job->copyRepo;
    CIRQUE_CO_TRY(co_await parts_.workspaces.make(parts_.folders.job, copyRepo, stop));
    co_await noteReports();
    CIRQUE_CO_TRY(openRunner());
    co_await runner_->start();
    for (const std::string& missing : runner_->missingTools(agent::toolTokens(*parts_.place.job))) {
        CIRQUE_CO_TRY(log->write(fmt::format("cirque: warning: {}\n", missing), false));
    }
    co_return Result<void>();
}

io::Task<StepResult> LocalSite::run(StepSpec spec, std::shared_ptr<OutputSink> sink, io::StopToken stop) {
    if (!runner_) {
        StepResult result;
        result.outcome = Outcome::infrastructure("the job's place was not prepared");
        co_return result;
    }
    const auto out = toSink(std::move(sink));
    agent::StepEnd end = co_await runner_->run(toRequest(std::move(spec)), out, stop);
    co_return toResult(std::move(end));
}

io::Task<> LocalSite::noteReports() {
    if (parts_.place.job->reports.empty()) {
        co_return;
    }
    const std::function<FileBaseline()> look = [this] {
        return FileBaseline::take(parts_.folders.job, reportPatterns(*parts_.place.job));
    };
    before_ = co_await io::offload(look);
}

io::Task<Result<JobFiles>> LocalSite::readFiles(std::string pattern, FileLimits limits,
                                                io::StopToken /*stop*/) {
    const std::function<Result<JobFiles>()> read = [&] {
        return readJobFiles(parts_.folders.job, pattern, limits, before_);
    };
    co_return co_await io::offload(read);
}

io::Task<Outcome> LocalSite::startServices(std::vector<ServiceStart> services,
                                           std::shared_ptr<ServiceObserver> observer, io::StopToken stop) {
    if (!runner_) {
        co_return Outcome::infrastructure("the job's place was not prepared");
    }
    std::vector<agent::ServiceStart> starts;
    const std::string folder = parts_.folders.job.substr(parts_.folders.job.rfind('/') + 1);
    for (ServiceStart& service : services) {
        starts.push_back({toRequest(std::move(service.spec)), toSink(std::move(service.log))});
        starts.back().request.container = {
            agent::serviceContainerName(parts_.place.run.text(), "local-" + folder, starts.size()),
            agent::containerLabels(parts_.place.run.text(), parts_.options->stateDir)};
    }
    co_return co_await runner_->startServices(std::move(starts), toObserver(std::move(observer)),
                                              std::move(stop));
}

io::Task<Outcome> LocalSite::stopServices(io::StopToken stop) {
    if (!runner_) {
        co_return Outcome::succeeded();
    }
    co_return co_await runner_->stopServices(std::move(stop));
}

io::Task<Result<void>> LocalSite::restoreArtifact(std::string name, std::string path, io::StopToken stop) {
    co_return co_await parts_.artifacts.restore(std::move(name), parts_.folders.job, std::move(path),
                                                std::move(stop));
}

io::Task<Result<CollectedArtifact>> LocalSite::saveArtifact(std::string name, std::string path,
                                                            io::StopToken stop) {
    co_return co_await parts_.artifacts.save(std::move(name), parts_.folders.job, std::move(path),
                                             std::move(stop));
}

io::Task<Result<void>> LocalSite::close(io::StopToken stop) {
    Result<void> ended;
    if (runner_) {
        ended = co_await runner_->close(std::move(stop));
        runner_.reset();
    }
    const LocalFolders folders = parts_.folders;
    const bool keep = parts_.options->keep;
    Result<void> removed; // of the private folder: a few small files in memory
    if (!removeEmpty(folders.secret)) {
        removed = io::removeTree(folders.secret);
    }
    // a job that copied nothing needs no walk on another thread
    if (!keep && (!removeEmpty(folders.tools) || !removeEmpty(folders.job))) {
        const std::function<Result<void>()> remove = [folders]() -> Result<void> {
            const Result<void> tools = io::removeTree(folders.tools);
            const Result<void> job = io::removeTree(folders.job);
            return !tools ? tools : job;
        };
        const Result<void> trees = co_await io::offload(remove);
        removed = !removed ? removed : trees;
    }
    if (!keep && removed) {
        parts_.names->release(folders.job.substr(folders.job.rfind('/') + 1));
    }
    co_return !ended ? ended : removed;
}

} // namespace cirque::exec
