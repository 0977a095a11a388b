// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/oci-executor.hh"

#include "agent/run-folder.hh"
#include "base/json.hh"
#include "base/text.hh"
#include "exec/oci/container-files.hh"
#include "exec/oci/oci-transport.hh"
#include "exec/oci/root-image.hh"
#include "exec/oci/taken-files.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace cirque::exec {

namespace {

bool isLabelled() {
    return ::access("/sys/fs/selinux/enforce", F_OK) == 0;
}

} // namespace

std::string ociReach(const AgentWorld& world) {
    const auto engine = OciEngine::find(world.hostPath, world.environment);
    std::string reach = engine ? engine->tool().name : std::string();
    for (const std::string& entry : world.environment) {
        const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
        const bool names = name == "DOCKER_HOST" || name == "DOCKER_CONTEXT" || name == "CONTAINER_HOST";
        if (engine && names && entry.find('\n') == std::string::npos) {
            reach += ' ' + entry;
        }
    }
    return reach;
}

OciExecutor::OciExecutor(AgentWorld world)
    : world_(std::move(world)), root_(world_.workRoot + "/oci"),
      names_(std::make_shared<workspace::JobFolderNames>()),
      shared_(std::make_shared<std::map<std::string, int>>()) {}

std::string OciExecutor::sharedName(const plan::Job& job) const {
    const std::string options = toLine(job.executor.options);
    const int number = shared_->emplace(options, static_cast<int>(shared_->size()) + 1).first->second;
    return agent::containerName(world_.run.text(), fmt::format("shared{}", number));
}

std::string OciExecutor::handle(const Place& place) const {
    const std::string name = names_->take(place.job->name);
    const auto options = ociOptions(place.job->executor, world_.tree);
    JsonObject json;
    const bool shared = options && options->shared;
    const std::string container =
        shared ? sharedName(*place.job) : agent::containerName(world_.run.text(), "job-" + name);
    // what a container sees of this machine is its own: the folder of one job, or one folder of its jobs
    json["folder"] = shared ? fmt::format("{}/jobs/{}/{}", root_, container, name)
                            : fmt::format("{}/jobs/{}", root_, name);
    json["container"] = container;
    json["state"] = world_.stateDir;
    return toLine(json);
}

// The tool is asked once for a run: what containers there are says that it answers, too.
io::Task<Result<void>> OciExecutor::findEngine(io::StopToken stop) {
    if (engine_) {
        co_return Result<void>();
    }
    CIRQUE_CO_TRY_ASSIGN(OciEngine engine, OciEngine::find(world_.hostPath, world_.environment));
    std::vector<std::string> words{
        "ps", "--all", "--format={{.Names}}",
        fmt::format("--filter=label={}={}", agent::containerStateLabel, world_.stateDir)};
    CIRQUE_CO_TRY_ASSIGN(const std::string names, co_await engine.ask(std::move(words), std::move(stop)));
    for (const std::string_view name : split(names, '\n')) {
        if (!agent::runOfContainer(name).empty()) {
            leftovers_.emplace_back(name);
        }
    }
    engine_ = std::make_shared<const OciEngine>(std::move(engine));
    images_ = std::make_shared<OciImages>(engine_, OciBuilds(world_.stateDir, world_.run.text()));
    containers_ = std::make_shared<SharedContainers>(engine_);
    co_return Result<void>();
}

io::Task<Result<void>> OciExecutor::check(std::shared_ptr<const plan::Job> job, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(OciOptions options, ociOptions(job->executor, world_.tree));
    CIRQUE_CO_TRY(resolveMounts(options.mounts, hiddenFolders(world_)));
    CIRQUE_CO_TRY(co_await findEngine(stop));
    if (job->steps.empty() && options.image.empty() && options.dockerfile.empty()) {
        co_return co_await tryOne(std::move(stop));
    }
    co_return Result<void>();
}

// Of a job that has nothing to do the place itself is asked for: an empty container, with an agent in it.
io::Task<Result<void>> OciExecutor::tryOne(io::StopToken stop) {
    OciContainer wanted;
    wanted.options.network = "none";
    std::shared_ptr<OutputSink> log = std::make_shared<NoLog>();
    std::vector<std::string> look{"image", "inspect", rootImageName};
    const Result<std::string> before = co_await engine_->ask(std::move(look), stop);
    CIRQUE_CO_TRY_ASSIGN(wanted.image, co_await images_->find(wanted.options, {}, std::move(log), stop));
    wanted.name = fmt::format("cirque-try-{}", ::getpid());
    wanted.run = world_.run.text();
    wanted.stateDir = world_.stateDir;
    wanted.agent = world_.agent;
    wanted.leader = world_.leader;
    wanted.jobs = {"/tmp", std::string(ociJobs), false};
    wanted.labelled = isLabelled();
    const Result<std::string> name = co_await containers_->find(std::move(wanted), std::move(stop));
    const Result<void> closed = co_await containers_->close();
    if (!before) {
        std::vector<std::string> remove{"rmi", rootImageName};
        (void)co_await engine_->ask(std::move(remove), {}); // a run beside this one may use it
    }
    if (!name) {
        Error error = name.error();
        error.hint =
            fmt::format("'{} run' must work; see what it says of an image of yours", engine_->tool().name);
        co_return fail(std::move(error));
    }
    co_return closed;
}

io::Task<Result<std::vector<std::string>>> OciExecutor::sweep(io::StopToken stop) {
    CIRQUE_CO_TRY(co_await findEngine(stop));
    const auto engine = std::make_shared<const OciEngine>(engine_->under(stop));
    OciBuilds builds(world_.stateDir, world_.run.text());
    std::vector<std::string> problems = co_await builds.sweep(engine);
    const std::string runs = world_.workRoot.substr(0, world_.workRoot.rfind('/'));
    // those of services first: podman keeps a container whose network another one uses
    for (const bool ofService : {true, false}) {
        std::vector<std::string> dead;
        for (const std::string& name : leftovers_) {
            const std::string run = agent::runOfContainer(name);
            if (agent::isOfService(name) == ofService && !agent::isHeld(fmt::format("{}/{}", runs, run))) {
                dead.push_back(name);
            }
        }
        if (dead.empty()) {
            continue;
        }
        const std::string names = fmt::format("{}", fmt::join(dead, ", "));
        const Result<void> removed = co_await engine->remove(std::move(dead));
        if (!removed) {
            problems.push_back(fmt::format("{}: {}; '{} rm -f' removes them", names, removed.error().text(),
                                           engine->tool().name));
        }
    }
    for (std::string& problem : co_await takeBackUnshared(engine, runs, "oci", stop)) {
        problems.push_back(std::move(problem));
    }
    co_return problems;
}

io::Task<Result<std::unique_ptr<JobSite>>> OciExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, folderOfHandle(handle));
    CIRQUE_CO_TRY_ASSIGN(const std::string container, textOfHandle(handle, "container"));
    CIRQUE_CO_TRY_ASSIGN(OciOptions options, ociOptions(place.job->executor, world_.tree));
    CIRQUE_CO_TRY(resolveMounts(options.mounts, hiddenFolders(world_)));
    CIRQUE_CO_TRY(co_await findEngine({}));
    const std::string above = folder.substr(0, folder.rfind('/'));
    // users of a shared container must come through to their folders
    CIRQUE_CO_TRY(io::makeFolders(above, 0711));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    SharedFilesOptions files{folder, world_.keep, place.job};
    OciMount jobs{folder, fmt::format("{}/{}", ociJobs, name), true};
    if (options.shared) {
        jobs = {above, std::string(ociJobs), true};
        files.hidden = fmt::format("{}/hidden/{}", root_, name);
    }
    OciTransportParts transport{engine_, images_, containers_, world_.closures,
                                {},      place,   name,        files.madeAt()};
    OciContainer& wanted = transport.container;
    wanted.name = container;
    wanted.run = world_.run.text();
    wanted.stateDir = world_.stateDir;
    wanted.agent = world_.agent;
    wanted.leader = world_.leader;
    wanted.jobs = std::move(jobs);
    wanted.labelled = isLabelled();
    wanted.options = std::move(options);
    AgentSiteParts parts = sitePartsOf(world_, std::move(place), name, names_);
    parts.files = std::make_unique<ContainerFiles>(files, world_.workspaces, world_.artifacts, engine_,
                                                   images_, wanted);
    parts.transport = std::make_unique<OciTransport>(std::move(transport));
    parts.containers = containersHere(world_);
    co_return makeAgentSite(std::move(parts));
}

io::Task<Result<void>> OciExecutor::close() {
    if (!containers_) {
        co_return Result<void>();
    }
    co_return co_await containers_->close();
}

} // namespace cirque::exec
