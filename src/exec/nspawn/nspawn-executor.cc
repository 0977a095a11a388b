// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/nspawn-executor.hh"

#include "agent/materials.hh"
#include "base/json.hh"
#include "base/text.hh"
#include "exec/nspawn/transport.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "exec/remote/shared-files.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace cirque::exec {

namespace {

struct Program {
    std::string_view name;
    std::string_view hint;
};

constexpr std::array<Program, 6> programs{{
    {"systemd-nspawn", "install it: apt-get install systemd-container"},
    {"unshare", "install util-linux"},
    {"setpriv", "install util-linux"},
    {"nsenter", "install util-linux"},
    {"mount", "install the program mount of util-linux"},
    {"timeout", "install coreutils"},
}};

Result<void> checkMachine(std::string_view path) {
    for (const Program& program : programs) {
        if (agent::findProgram(program.name, path).empty()) {
            return fail(ErrorCode::MissingTool, fmt::format("{} is not on PATH", program.name),
                        std::string(program.hint));
        }
    }
    if (::geteuid() != 0) {
        return fail(
            ErrorCode::Permission, "systemd-nspawn works for root only",
            "run cirque as root, or take a place that needs no root: executors.sandbox, executors.oci");
    }
    return {};
}

std::string lastLine(std::string_view text) {
    const std::string_view trimmed = trim(text);
    return std::string(trimmed.substr(trimmed.rfind('\n') + 1));
}

} // namespace

NspawnExecutor::NspawnExecutor(AgentWorld world)
    : world_(std::move(world)), registry_(world_.stateDir),
      names_(std::make_shared<workspace::JobFolderNames>()), machines_(std::make_shared<int>(0)) {}

// A host name of at most 64 characters, hostname(7): the random end of the run's id, a number, and what fits
// of the job's name.
std::string NspawnExecutor::nextMachine(std::string_view name) const {
    constexpr std::size_t idLength = 12;
    constexpr std::size_t limit = 60;
    const std::string& run = world_.run.text();
    const std::string id = run.substr(run.size() - std::min(run.size(), idLength));
    std::string machine = fmt::format("cirque-{}-{}-", id, ++*machines_);
    for (const char c : name) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (machine.size() < limit && (plain || !machine.ends_with('-'))) {
            machine += plain ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '-';
        }
    }
    while (machine.ends_with('-')) {
        machine.pop_back();
    }
    return machine;
}

std::string NspawnExecutor::handle(const Place& place) const {
    const std::string name = names_->take(place.job->name);
    JsonObject json;
    json["folder"] = fmt::format("{}/nspawn/jobs/{}", world_.workRoot, name);
    json["machine"] = nextMachine(name);
    return toLine(json);
}

io::Task<Result<std::unique_ptr<JobSite>>> NspawnExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, folderOfHandle(handle));
    CIRQUE_CO_TRY_ASSIGN(const std::string machine, textOfHandle(handle, "machine"));
    CIRQUE_CO_TRY_ASSIGN(NspawnOptions options, nspawnOptions(*place.job, world_.tree));
    CIRQUE_CO_TRY(resolveMounts(options.mounts, hiddenFolders(world_)));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    NspawnMachineParts what;
    what.registered = {machine, world_.run.text(), cgroupsFor(machine)};
    what.plan = place.plan;
    what.job = place.job;
    what.spec.machine = machine;
    what.spec.root = options.rootfs;
    if (!options.system.empty()) {
        what.emptyRoot = fmt::format("{}/nspawn/roots/{}", world_.workRoot, name);
        what.spec.root = what.emptyRoot;
        what.spec.init = options.system + "/init";
    }
    what.spec.boot = options.boot;
    what.spec.network = options.network;
    what.spec.name = name;
    what.spec.folder = folder;
    if (options.boot) {
        what.spec.streams = fmt::format("{}/nspawn/streams/{}", world_.workRoot, name);
    }
    what.spec.agent = world_.agent;
    what.spec.leader = world_.leader;
    what.spec.cgroups = what.registered.cgroups;
    what.spec.environment = world_.environment;
    what.options = std::move(options);
    SharedFilesOptions files{folder, world_.keep, place.job};
    AgentSiteParts parts = sitePartsOf(world_, std::move(place), name, names_);
    parts.files = std::make_unique<SharedFiles>(std::move(files), world_.workspaces, world_.artifacts);
    parts.transport = std::make_unique<NspawnTransport>(std::move(what), registry_, world_.closures);
    parts.containers = containersHere(world_);
    co_return makeAgentSite(std::move(parts));
}

io::Task<Result<void>> NspawnExecutor::check(std::shared_ptr<const plan::Job> job, io::StopToken stop) {
    CIRQUE_CO_TRY(checkMachine(world_.hostPath));
    if (job->executor.options.empty()) {
        co_return co_await tryEmpty(std::move(stop));
    }
    CIRQUE_CO_TRY_ASSIGN(NspawnOptions options, nspawnOptions(*job, world_.tree));
    CIRQUE_CO_TRY(resolveMounts(options.mounts, hiddenFolders(world_)));
    CIRQUE_CO_TRY(checkRoot(options));
    if (options.rootfs.empty() || tried_.contains(options.rootfs)) {
        co_return Result<void>();
    }
    tried_.insert(options.rootfs);
    co_return co_await tryIt(options.rootfs, std::move(stop));
}

// An agent whose connection is at its end from the beginning says hello and ends.
io::Task<Result<void>> NspawnExecutor::tryIt(std::string root, io::StopToken stop) {
    NspawnSpec spec;
    spec.machine = nextMachine("try");
    spec.root = root;
    spec.agent = world_.agent;
    spec.leader = world_.leader;
    spec.environment = world_.environment;
    const Registered registered{spec.machine, world_.run.text(), cgroupsFor(spec.machine)};
    spec.cgroups = registered.cgroups;
    CIRQUE_CO_TRY(registry_.add(registered));
    io::SpawnOptions run;
    run.argv = nspawnCommand(spec);
    run.argv.insert(run.argv.begin(), {"timeout", "30"});
    run.env = nspawnEnvironment(spec);
    const auto ran = co_await io::capture(std::move(run), {}, std::move(stop));
    CIRQUE_CO_TRY(co_await registry_.remove(registered));
    CIRQUE_CO_TRY(ran);
    if (!ran->status.ok()) {
        co_return fail(
            ErrorCode::Process, fmt::format("a machine on {} does not start: {}", root, lastLine(ran->err)),
            "it must be a root file system of this machine's kind of processor, and this machine must "
            "allow namespaces and mounts");
    }
    co_return Result<void>();
}

io::Task<Result<void>> NspawnExecutor::tryEmpty(io::StopToken stop) {
    const std::string root = world_.workRoot + "/nspawn/roots/try";
    CIRQUE_CO_TRY(makeEmptyRoot(root));
    const Result<void> tried = co_await tryIt(root, std::move(stop));
    const Result<void> removed = io::removeTree(root);
    registry_.tidy();
    co_return !tried ? tried : removed;
}

io::Task<Result<std::vector<std::string>>> NspawnExecutor::sweep(io::StopToken stop) {
    co_return co_await registry_.sweep(std::move(stop));
}

} // namespace cirque::exec
