// SPDX-License-Identifier: Apache-2.0
#include "agent/server/job.hh"

#include "agent/server/memory.hh"
#include "agent/server/users.hh"
#include "io/process/fd.hh"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace cirque::agent {

namespace {

constexpr std::array<std::string_view, 6> placeNames{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR"};

Variables placeLayer(const std::vector<std::string>& environment, bool whole) {
    Variables layer;
    for (const std::string& entry : whole ? withOwnUser(environment) : environment) {
        const std::size_t equals = entry.find('=');
        const std::string name = entry.substr(0, equals);
        if (steersBash(name)) {
            continue;
        }
        if (equals != std::string::npos &&
            (whole || std::ranges::find(placeNames, name) != placeNames.end())) {
            layer.push_back({name, entry.substr(equals + 1), false});
        }
    }
    return layer;
}

std::string valueOf(const Variables& layer, std::string_view name) {
    const auto found = std::ranges::find(layer, name, &Variable::name);
    return found == layer.end() ? std::string() : found->value;
}

} // namespace

ServedJob::ServedJob(OpenJob what, const std::vector<std::string>& environment)
    : what_(std::move(what)), environment_(environment),
      placeLayer_(placeLayer(environment, what_.wholeEnvironment)) {}

Result<void> ServedJob::checkFolder() const {
    struct stat status{};
    if (what_.jobFolder.empty() || ::stat(what_.jobFolder.c_str(), &status) == 0) {
        return {};
    }
    Error error = systemError(errno, "find the job's folder at the place:", what_.jobFolder);
    if (error.code == ErrorCode::NotFound) {
        error.hint = "the place must show the job's folder of this machine there";
    }
    return fail(std::move(error));
}

Result<void> ServedJob::takeFolder() {
    struct stat status{};
    if (!what_.takeFolder || ::geteuid() != 0) {
        return {};
    }
    if (::stat(what_.jobFolder.c_str(), &status) != 0) {
        return fail(systemError(errno, "look at", what_.jobFolder));
    }
    owner_ = {status.st_uid, status.st_gid};
    if (what_.owner) {
        owner_ = {static_cast<unsigned>(what_.owner->first), static_cast<unsigned>(what_.owner->second)};
        return {}; // nothing runs in it: giving is all there is to do
    }
    return io::giveTree(what_.jobFolder, 0, 0);
}

Result<void> ServedJob::giveBack() {
    return owner_ ? io::giveTree(what_.jobFolder, owner_->first, owner_->second) : Result<void>{};
}

Result<void> ServedJob::takeAgain() {
    return owner_ && !what_.owner ? io::giveTree(what_.jobFolder, 0, 0) : Result<void>{};
}

// The private folder's path.
Result<std::string> ServedJob::makeFolders() {
    CIRQUE_TRY(checkFolder());
    CIRQUE_TRY(takeFolder());
    CIRQUE_TRY_ASSIGN(const std::string root, openPrivateRoot(what_.privateRoots));
    (void)sweep(root); // what cannot be removed is in nobody's way
    CIRQUE_TRY_ASSIGN(privates_, RunFolder::create(root, what_.name));
    const std::string secret = privates_->path() + "/job";
    CIRQUE_TRY(io::makeNewFolder(secret, 0700, "the private folder"));
    return secret;
}

io::Task<Result<JobOpened>> ServedJob::open() {
    const std::function<Result<std::string>()> make = [this] { return makeFolders(); };
    Result<std::string> secret = co_await io::offload(make); // pings are answered meanwhile
    CIRQUE_CO_TRY(secret);
    auto plan = std::make_shared<plan::Plan>();
    plan->hostTools = std::move(what_.hostTools);
    plan->files = std::move(what_.files);
    JobContext context;
    context.jobFolder = what_.jobFolder;
    context.privateFolder = std::move(*secret);
    context.toolsFolder = what_.toolsFolder;
    context.leader = what_.leader;
    context.hostPath = valueOf(placeLayer_, "PATH");
    context.bash = findProgram("bash", context.hostPath.empty() ? defaultPath : context.hostPath);
    const bool hasBash = !context.bash.empty();
    context.environment = environment_;
    context.grace = what_.grace;
    context.plan = std::move(plan);
    context.leaders = std::make_shared<LeaderSet>();
    CIRQUE_CO_TRY_ASSIGN(runner_, StepRunner::open(std::move(context)));
    co_await runner_->start();
    JobOpened opened{runner_->missingTools(what_.toolTokens), hasBash};
    co_return opened;
}

io::Task<StepEnd> ServedJob::run(StepRequest request, std::shared_ptr<Sink> sink, io::StopToken stop) {
    request.below.insert(request.below.begin(), placeLayer_);
    const std::int64_t before = countMemoryKills();
    StepEnd end = co_await runner_->run(std::move(request), std::move(sink), std::move(stop));
    constexpr int shellsWordForKill = 128 + SIGKILL;
    const Outcome& outcome = end.outcome;
    const bool killed = outcome.kind == OutcomeKind::Failed &&
                        (outcome.signal == SIGKILL || outcome.exit == shellsWordForKill);
    end.outcome.oom = outcome.oom || (killed && countMemoryKills() > before);
    co_return end;
}

io::Task<Outcome> ServedJob::runServices(std::vector<ServiceRequest> services,
                                         std::shared_ptr<ServiceRecords> records, io::StopToken stop) {
    std::vector<ServiceStart> starts;
    for (ServiceRequest& request : services) {
        request.below.insert(request.below.begin(), placeLayer_);
        starts.push_back({std::move(request), records->log(starts.size())});
    }
    const Outcome up = co_await runner_->startServices(std::move(starts), records, stop);
    records->up(up);
    io::Signal nothing;
    while (!stop.stopRequested()) {
        co_await nothing.wait(stop);
    }
    co_return co_await runner_->stopServices(stop);
}

io::Task<Result<void>> ServedJob::close(io::StopToken stop) {
    Result<void> ended;
    if (runner_) {
        ended = co_await runner_->close(std::move(stop));
        runner_.reset();
    }
    const std::function<Result<void>()> remove = [this] { return removeFolders(); };
    const Result<void> removed = co_await io::offload(remove); // pings are answered meanwhile
    co_return !ended ? ended : removed;
}

Result<void> ServedJob::removeFolders() {
    const Result<void> given = giveBack();
    const Result<void> secret = privates_ ? privates_->remove() : Result<void>{};
    Result<void> tools = io::removeTree(what_.toolsFolder);
    if (tools && !what_.transfersFolder.empty()) {
        tools = io::removeTree(what_.transfersFolder);
    }
    if (tools && what_.removeFolder) {
        tools = io::removeTree(what_.jobFolder);
    }
    if (!given) {
        return given;
    }
    return !secret ? secret : tools;
}

} // namespace cirque::agent
