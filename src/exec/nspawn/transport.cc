// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/transport.hh"

#include "exec/remote/git-objects.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

namespace cirque::exec {

namespace {

constexpr Millis bootPatience{90000};

} // namespace

std::vector<Mount> storeMounts(const StoreClosure& closure) {
    std::map<std::string, std::string> stores; // where they are seen -> where they lie
    if (::access("/nix/store", F_OK) == 0) {
        stores["/nix/store"] = "/nix/store";
    }
    if (!closure.folder.empty()) {
        stores["/nix/store"] = closure.folder;
    }
    for (const StorePath& path : closure.paths) {
        stores[path.path.substr(0, path.path.rfind('/'))] = path.physical.substr(0, path.physical.rfind('/'));
    }
    std::vector<Mount> mounts;
    for (const auto& [target, source] : stores) {
        mounts.push_back({source, target, false});
    }
    return mounts;
}

Result<void> makeStreams(const std::string& folder) {
    CIRQUE_TRY(io::makeFolders(folder, 0700));
    for (const std::string_view name : {"in", "out", "err"}) {
        const std::string path = fmt::format("{}/{}", folder, name);
        if (::mkfifo(path.c_str(), 0600) != 0) {
            return fail(systemError(errno, "make the FIFO", path));
        }
    }
    return {};
}

Result<void> makeEmptyRoot(const std::string& path) {
    for (const std::string_view folder : {"etc", "usr", "var", "run", "tmp", "nix/store"}) {
        CIRQUE_TRY(io::makeFolders(fmt::format("{}/{}", path, folder)));
    }
    return io::writeFileAtomic(path + "/etc/os-release", "ID=nixos\n");
}

io::Task<Result<AgentPlace>> NspawnTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    NspawnSpec& spec = parts_.spec;
    CIRQUE_CO_TRY_ASSIGN(const StoreClosure closure, co_await closures_.of(parts_.plan, parts_.job, stop));
    std::vector<Mount> mounts = storeMounts(closure);
    const std::function<std::vector<std::string>()> look = [&spec] { return gitObjectsOf(spec.folder); };
    for (const std::string& path : co_await io::offload(look)) {
        mounts.push_back({path, path, false});
    }
    mounts.insert(mounts.end(), parts_.options.mounts.begin(), parts_.options.mounts.end());
    spec.mounts = std::move(mounts);
    if (!parts_.emptyRoot.empty()) {
        CIRQUE_CO_TRY(makeEmptyRoot(parts_.emptyRoot));
    }
    CIRQUE_CO_TRY(registry_.add(parts_.registered));
    registered_ = true;
    AgentPlace place;
    place.leader = std::string(nspawnLeader);
    place.jobFolder = nspawnJobFolder(spec.name);
    place.toolsFolder = std::string(nspawnTools);
    place.privateRoots = {std::string(nspawnPrivate)};
    if (!spec.boot) {
        place.agent.argv = nspawnCommand(spec);
        place.agent.env = nspawnEnvironment(spec);
        co_return place;
    }
    CIRQUE_CO_TRY(makeStreams(spec.streams));
    CIRQUE_CO_TRY_ASSIGN(machine_, co_await BootedMachine::start(spec));
    CIRQUE_CO_TRY(co_await machine_->awaitUp(bootPatience, std::move(log), stop));
    CIRQUE_CO_TRY(co_await machine_->startAgent(std::move(stop)));
    place.agent.argv = relayCommand(spec.streams);
    place.agent.env = nspawnEnvironment(spec);
    co_return place;
}

// All have opened them: they are gone before a step could.
io::Task<Result<void>> NspawnTransport::bring(std::shared_ptr<AgentConnection> /*agent*/, TryRef /*ref*/,
                                              std::shared_ptr<OutputSink> /*log*/, io::StopToken /*stop*/) {
    if (parts_.spec.streams.empty()) {
        co_return Result<void>();
    }
    co_return io::removeTree(parts_.spec.streams);
}

io::Task<std::string> NspawnTransport::whyLost(std::string said) {
    if (!machine_) {
        co_return fmt::format("systemd-nspawn of the machine {} ended", parts_.spec.machine);
    }
    // its processes end a moment before systemd-nspawn's own end is seen
    constexpr Millis moment{200};
    if (machine_->howItEnded().empty()) {
        (void)co_await io::sleepFor(moment);
    }
    const std::string how = machine_->howItEnded();
    co_return how.empty() ? said : how;
}

// What a service of the machine writes to a folder that outlives it should be finished.
bool NspawnTransport::canBeWrittenElsewhere() const {
    return std::ranges::any_of(parts_.options.mounts, &Mount::write);
}

io::Task<Result<void>> NspawnTransport::close(io::StopToken stop) {
    if (machine_) {
        co_await machine_->end(canBeWrittenElsewhere() && stop.level() != io::StopLevel::Immediate);
        machine_.reset();
    }
    Result<void> removed;
    if (registered_) {
        removed = co_await registry_.remove(parts_.registered);
    }
    for (const std::string& folder : {parts_.emptyRoot, parts_.spec.streams}) {
        const Result<void> gone = folder.empty() ? Result<void>() : io::removeTree(folder);
        removed = removed ? gone : removed;
    }
    co_return removed;
}

} // namespace cirque::exec
