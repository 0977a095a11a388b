// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/container-files.hh"

#include "exec/oci/taken-files.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::exec {

namespace {

constexpr Millis longestGiveBack{600000}; // of the job's folder, by an agent that answers pings meanwhile

} // namespace

// An agent that is root takes the folder itself (agent::OpenJob::takeFolder).
io::Task<Result<void>> ContainerFiles::makeAfter(std::shared_ptr<AgentConnection> agent,
                                                 io::StopToken /*stop*/) {
    agent_ = std::move(agent);
    CIRQUE_CO_TRY(show());
    const auto uid = static_cast<unsigned>(agent_->hello()->uid);
    const auto gid = static_cast<unsigned>(agent_->hello()->gid);
    if (uid == 0 || uid == ::geteuid()) {
        co_return Result<void>();
    }
    if (::geteuid() == 0) {
        co_return co_await give(uid, gid);
    }
    if (!engine_->tool().isPodman()) {
        co_return fail(
            ErrorCode::Unsupported,
            fmt::format("the job's folder cannot be given to the container's user {}", uid),
            fmt::format("leave 'user' out, set it to your own number ({}), or use podman", ::geteuid()));
    }
    unshared_ = true;
    co_return co_await unshared(fmt::format("{}:{}", uid, gid));
}

io::Task<Result<void>> ContainerFiles::give(unsigned uid, unsigned gid) {
    const std::function<Result<void>()> work = [&] { return io::giveTree(reached(), uid, gid); };
    co_return co_await io::offload(work);
}

io::Task<Result<void>> ContainerFiles::unshared(std::string owner) {
    co_return co_await giveUnshared(engine_, std::move(owner), folder_, {});
}

// Root reads everything as it is.
io::Task<Result<void>> ContainerFiles::giveBack(io::StopToken stop) {
    if (::geteuid() == 0) {
        co_return Result<void>();
    }
    if (unshared_) {
        co_return co_await unshared("0:0");
    }
    if (!agent_ || agent_->lost()) {
        co_return Result<void>();
    }
    co_return co_await askAgent(agent::giveBackBytes(), std::move(stop));
}

// The opposite, for what came since.
io::Task<Result<void>> ContainerFiles::takeAgain(io::StopToken stop) {
    const auto uid = static_cast<unsigned>(agent_->hello()->uid);
    const auto gid = static_cast<unsigned>(agent_->hello()->gid);
    if (unshared_) {
        co_return co_await unshared(fmt::format("{}:{}", uid, gid));
    }
    if (::geteuid() != 0) {
        co_return co_await askAgent(agent::takeAgainBytes(), std::move(stop));
    }
    if (uid != 0) {
        CIRQUE_CO_TRY(co_await give(uid, gid));
    }
    co_return Result<void>();
}

io::Task<Result<void>> ContainerFiles::askAgent(std::string call, io::StopToken stop) {
    const CallBounds bounds{{}, longestGiveBack};
    const Result<std::string> called = co_await agent_->call(std::move(call), nullptr, stop, bounds);
    CIRQUE_CO_TRY_ASSIGN(const std::string done, called);
    co_return agent::parseDone(done);
}

io::Task<Result<void>> ContainerFiles::restoreArtifact(std::string name, std::string path,
                                                       io::StopToken stop) {
    CIRQUE_CO_TRY(co_await giveBack(stop));
    CIRQUE_CO_TRY(co_await SharedFiles::restoreArtifact(std::move(name), std::move(path), stop));
    co_return co_await takeAgain(std::move(stop));
}

io::Task<Result<CollectedArtifact>> ContainerFiles::saveArtifact(std::string name, std::string path,
                                                                 io::StopToken stop) {
    CIRQUE_CO_TRY(co_await giveBack(stop));
    co_return co_await SharedFiles::saveArtifact(std::move(name), std::move(path), std::move(stop));
}

io::Task<Result<JobFiles>> ContainerFiles::readFiles(std::string pattern, FileLimits limits,
                                                     io::StopToken stop) {
    CIRQUE_CO_TRY(co_await giveBack(stop));
    co_return co_await SharedFiles::readFiles(std::move(pattern), limits, std::move(stop));
}

io::Task<Result<void>> ContainerFiles::giveBackFromOutside() {
    if (engine_->tool().isPodman()) {
        co_return co_await unshared("0:0");
    }
    const std::shared_ptr<OutputSink> nowhere = std::make_shared<NoLog>();
    CIRQUE_CO_TRY_ASSIGN(container_.image, co_await images_->find(container_.options, folder_, nowhere, {}));
    const std::string name = folder_.substr(folder_.rfind('/') + 1);
    container_.name = agent::containerName(container_.run, "files-" + name);
    std::string inside = fmt::format("{}/{}", ociJobs, name);
    const Result<void> given = co_await giveBackByContainer(engine_, container_, std::move(inside));
    if (!given) {
        Error error = given.error();
        co_return fail(
            std::move(error).within(fmt::format("while taking back {} from the container's user", folder_)));
    }
    co_return Result<void>();
}

io::Task<Result<void>> ContainerFiles::remove() {
    agent_.reset(); // it has ended, and gave back what it took unless it died
    bool others = unshared_;
    if (!others && ::geteuid() != 0) {
        const std::function<bool()> look = [this] { return hasFilesOfOthers(folder_); };
        others = co_await io::offload(look);
    }
    if (others) {
        CIRQUE_CO_TRY(co_await giveBackFromOutside());
    } else if (keep_ && ::geteuid() == 0) {
        CIRQUE_CO_TRY(co_await give(0, ::getegid()));
    }
    co_return co_await SharedFiles::remove();
}

} // namespace cirque::exec
