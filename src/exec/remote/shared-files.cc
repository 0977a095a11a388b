// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/shared-files.hh"

#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

namespace cirque::exec {

io::Task<Result<void>> SharedFiles::makeBefore(io::StopToken stop) {
    const std::string& made = options_.madeAt();
    CIRQUE_CO_TRY(io::makeFolders(made.substr(0, made.rfind('/')), 0700));
    const bool copyRepo = options_.job->copyRepo;
    CIRQUE_CO_TRY(co_await workspaces_.make(made, copyRepo, std::move(stop)));
    if (!options_.hidden.empty()) {
        held_.reset(::open(made.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!held_) {
            co_return fail(systemError(errno, "open the folder", made));
        }
        reached_ = fmt::format("/proc/self/fd/{}/.", held_.get());
    }
    if (options_.job->reports.empty()) {
        co_return Result<void>();
    }
    const std::function<FileBaseline()> look = [this] {
        return FileBaseline::take(reached_, reportPatterns(*options_.job));
    };
    before_ = co_await io::offload(look);
    co_return Result<void>();
}

io::Task<Result<void>> SharedFiles::makeAfter(std::shared_ptr<AgentConnection> /*agent*/,
                                              io::StopToken /*stop*/) {
    co_return Result<void>();
}

Result<void> SharedFiles::show() {
    if (options_.hidden.empty() || shown_) {
        return {};
    }
    if (::rename(options_.hidden.c_str(), options_.folder.c_str()) != 0) {
        Error error = systemError(errno, "move the job's folder to", options_.folder);
        error.hint = "a job that shares the container may have made something there";
        return fail(std::move(error));
    }
    shown_ = true;
    return {};
}

io::Task<Result<JobFiles>> SharedFiles::readFiles(std::string pattern, FileLimits limits,
                                                  io::StopToken /*stop*/) {
    const std::function<Result<JobFiles>()> read = [&] {
        return readJobFiles(reached_, pattern, limits, before_);
    };
    co_return co_await io::offload(read);
}

io::Task<Result<void>> SharedFiles::restoreArtifact(std::string name, std::string path, io::StopToken stop) {
    co_return co_await artifacts_.restore(std::move(name), reached_, std::move(path), std::move(stop));
}

io::Task<Result<CollectedArtifact>> SharedFiles::saveArtifact(std::string name, std::string path,
                                                              io::StopToken stop) {
    co_return co_await artifacts_.save(std::move(name), reached_, std::move(path), std::move(stop));
}

io::Task<Result<void>> SharedFiles::remove() {
    if (options_.keep) {
        co_return held_ ? show() : Result<void>();
    }
    const std::string path = shown_ ? options_.folder : options_.madeAt();
    const std::function<Result<void>()> remove = [path] { return io::removeTree(path); };
    co_return co_await io::offload(remove);
}

} // namespace cirque::exec
