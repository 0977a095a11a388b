// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "exec/remote/git-objects.hh"
#include "exec/remote/sent-files.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>

namespace cirque::exec {

io::Task<Result<std::string>> StartTree::get(bool copyRepo, io::StopToken stop) {
    const std::string path = fmt::format("{}/{}", folder_, copyRepo ? "tree" : "empty");
    while (making_) {
        const bool go = co_await changed_.wait(stop);
        if (!go) {
            co_return fail(ErrorCode::Process, "making the job's folder was stopped");
        }
    }
    bool& made = made_[copyRepo ? 1 : 0];
    if (!made) {
        making_ = true;
        const Result<void> done = co_await make(path, copyRepo, stop);
        if (!done) { // whoever waits makes it anew
            const std::function<Result<void>()> remove = [path] { return io::removeTree(path); };
            (void)co_await io::offload(remove); // the first failure is the one to tell
        }
        made = done.has_value();
        making_ = false;
        changed_.notify();
        CIRQUE_CO_TRY(done);
    }
    co_return path;
}

std::string StartTree::incoming() {
    return fmt::format("{}/incoming/{}", folder_, ++incoming_);
}

io::Task<Result<void>> StartTree::make(std::string path, bool copyRepo, io::StopToken stop) {
    CIRQUE_CO_TRY(io::makeFolders(folder_, 0700));
    CIRQUE_CO_TRY(co_await workspaces_.make(path, copyRepo, stop));
    if (!copyRepo) {
        co_return Result<void>();
    }
    const std::function<std::vector<std::string>()> look = [&path] { return borrowersAt(path); };
    for (const std::string& repository : co_await io::offload(look)) {
        CIRQUE_CO_TRY(co_await standAlone(repository, stop));
    }
    co_return Result<void>();
}

// The objects lie in a repository of the caller's, which is not over there.
io::Task<Result<void>> StartTree::standAlone(std::string repository, io::StopToken stop) {
    io::SpawnOptions git;
    git.argv = {"git",    "--git-dir=" + repository,
                "-c",     "gc.writeCommitGraph=false",
                "-c",     "safe.directory=*",
                "repack", "-a",
                "-d",     "-q"};
    git.env = environment_;
    std::erase_if(*git.env, [](const std::string& entry) { return entry.starts_with("GIT_"); });
    const Result<io::Captured> ran = co_await io::capture(std::move(git), {}, std::move(stop));
    CIRQUE_CO_TRY(ran);
    if (!ran->status.ok()) {
        co_return fail(ErrorCode::Process,
                       fmt::format("git cannot pack the objects of the job's repository {}: {}", repository,
                                   trim(ran->err)));
    }
    const std::string alternates = repository + "/objects/info/alternates";
    if (::unlink(alternates.c_str()) != 0) {
        co_return fail(systemError(errno, "remove", alternates));
    }
    co_return Result<void>();
}

} // namespace cirque::exec
