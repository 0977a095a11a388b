// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/shared-files.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

namespace cirque::exec {

io::Task<Result<void>> SharedFiles::makeBefore(io::StopToken stop) {
    CIRQUE_CO_TRY(io::makeFolders(options_.folder.substr(0, options_.folder.rfind('/')), 0700));
    const bool copyRepo = options_.job->copyRepo;
    CIRQUE_CO_TRY(co_await workspaces_.make(options_.folder, copyRepo, std::move(stop)));
    if (options_.job->reports.empty()) {
        co_return Result<void>();
    }
    const std::function<FileBaseline()> look = [this] {
        return FileBaseline::take(options_.folder, reportPatterns(*options_.job));
    };
    before_ = co_await io::offload(look);
    co_return Result<void>();
}

io::Task<Result<void>> SharedFiles::makeAfter(std::shared_ptr<AgentConnection> /*agent*/,
                                              io::StopToken /*stop*/) {
    co_return Result<void>();
}

io::Task<Result<JobFiles>> SharedFiles::readFiles(std::string pattern, FileLimits limits,
                                                  io::StopToken /*stop*/) {
    const std::function<Result<JobFiles>()> read = [&] {
        return readJobFiles(options_.folder, pattern, limits, before_);
    };
    co_return co_await io::offload(read);
}

io::Task<Result<void>> SharedFiles::restoreArtifact(std::string name, std::string path, io::StopToken stop) {
    co_return co_await artifacts_.restore(std::move(name), options_.folder, std::move(path), std::move(stop));
}

io::Task<Result<CollectedArtifact>> SharedFiles::saveArtifact(std::string name, std::string path,
                                                              io::StopToken stop) {
    co_return co_await artifacts_.save(std::move(name), options_.folder, std::move(path), std::move(stop));
}

io::Task<Result<void>> SharedFiles::remove() {
    if (options_.keep) {
        co_return Result<void>();
    }
    const std::function<Result<void>()> remove = [this] { return io::removeTree(options_.folder); };
    co_return co_await io::offload(remove);
}

} // namespace cirque::exec
