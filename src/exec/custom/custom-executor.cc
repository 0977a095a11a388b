// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/custom-executor.hh"

#include "agent/materials.hh"
#include "base/json.hh"
#include "exec/custom/custom-transport.hh"
#include "exec/custom/strays.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "exec/remote/shared-files.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::exec {

namespace {

std::string option(const plan::Job& job, std::string_view name, std::string fallback = {}) {
    const Json* value = job.executor.options.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::move(fallback);
}

// As cleanupLimits, but nobody who ends a run waits for what another one left.
constexpr ScriptLimits sweepLimits{cleanupLimits.most, Millis{0}, true};

std::string parentOf(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

} // namespace

CustomExecutor::CustomExecutor(AgentWorld world)
    : world_(std::move(world)), registry_(world_.stateDir),
      names_(std::make_shared<workspace::JobFolderNames>()) {}

std::string CustomExecutor::handle(const Place& place) const {
    const std::string name = names_->take(place.job->name);
    JsonObject json;
    json["folder"] = fmt::format("{}/custom/jobs/{}", world_.workRoot, name);
    json["place"] = fmt::format("cirque-{}-{}", place.run.text(), name);
    return toLine(json);
}

std::vector<std::string> CustomExecutor::environment(const RegisteredPlace& place) const {
    std::vector<std::string> all = world_.environment;
    for (const auto& [name, value] : place.variables) {
        all.push_back(fmt::format("{}={}", name, value));
    }
    return all;
}

io::Task<Result<void>> CustomExecutor::cleanUp(RegisteredPlace place, io::StopToken stop) {
    if (place.settingUp && !co_await endScripts(place.place, stop)) {
        co_return fail(ErrorCode::Process, "its setup script still runs and cannot be ended");
    }
    const std::string bash = agent::findProgram("bash", world_.hostPath);
    Script script{bash, place.executor, "cleanup", place.cleanup, environment(place)};
    CIRQUE_CO_TRY(co_await runScript(std::move(script), nullptr, sweepLimits, std::move(stop)));
    co_return registry_.remove(place.place);
}

// Side by side: one that hangs takes no time from the others.
io::Task<Result<std::vector<std::string>>> CustomExecutor::sweep(io::StopToken stop) {
    std::vector<std::string> problems;
    const auto one = [this, &problems](RegisteredPlace place, io::StopToken until) -> io::Task<> {
        const Result<void> cleaned = co_await cleanUp(place, std::move(until));
        if (!cleaned) {
            problems.push_back(fmt::format("the place {}: {}; remove it yourself, and then {}", place.place,
                                           cleaned.error().message, registry_.fileOf(place.place)));
        }
    };
    io::TaskGroup group;
    co_await group.start();
    for (RegisteredPlace& place : registry_.findDead()) {
        group.spawn(one(std::move(place), stop));
    }
    co_await group.join();
    co_return problems;
}

io::Task<Result<void>> CustomExecutor::check(std::shared_ptr<const plan::Job> job, io::StopToken /*stop*/) {
    if (agent::findProgram("bash", world_.hostPath).empty()) {
        co_return fail(ErrorCode::MissingTool, "bash, which runs the executor's scripts, is not on PATH",
                       "install bash");
    }
    if (option(*job, "connect").empty()) {
        co_return fail(ErrorCode::Unsupported,
                       fmt::format("the executor '{}' does not say how to run a command there",
                                   option(*job, "name", "custom")),
                       "give mkExecutor a `connect` script, see docs/guide/own-executors.md");
    }
    co_return Result<void>();
}

io::Task<Result<std::unique_ptr<JobSite>>> CustomExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, folderOfHandle(handle));
    CIRQUE_CO_TRY_ASSIGN(const std::string placeName, textOfHandle(handle, "place"));
    const plan::Job& job = *place.job;
    const std::string name = folder.substr(folder.rfind('/') + 1);
    const std::string programs = option(job, "programs", parentOf(world_.agent));
    CustomSpec spec;
    spec.registered = {placeName,
                       place.run.text(),
                       option(job, "name", "custom"),
                       option(job, "cleanup"),
                       {{"CIRQUE_PLACE", placeName},
                        {"CIRQUE_RUN_ID", place.run.text()},
                        {"JOB_NAME", job.name},
                        {"CIRQUE_JOB_FOLDER", folder},
                        {"CIRQUE_PROGRAMS", parentOf(world_.agent)}}};
    spec.setup = option(job, "setup");
    spec.connect = option(job, "connect");
    spec.bash = agent::findProgram("bash", world_.hostPath);
    spec.environment = environment(spec.registered);
    spec.agent = programs + "/cirque-agent";
    spec.place.leader = programs + "/cirque-leader";
    spec.place.jobFolder = option(job, "jobs", parentOf(folder)) + '/' + name;
    spec.place.toolsFolder =
        option(job, "tools", world_.workRoot + "/custom/tools") + '/' + placeName; // removed at the end
    spec.place.privateRoots = {option(job, "private", fmt::format("/dev/shm/cirque-{}-custom", ::geteuid()))};
    SharedFilesOptions files{folder, world_.keep, place.job};
    AgentSiteParts parts = sitePartsOf(world_, std::move(place), name, names_);
    parts.name = placeName;
    parts.files = std::make_unique<SharedFiles>(std::move(files), world_.workspaces, world_.artifacts);
    parts.transport = std::make_unique<CustomTransport>(std::move(spec), registry_);
    co_return makeAgentSite(std::move(parts));
}

} // namespace cirque::exec
