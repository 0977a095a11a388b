// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/sent-files.hh"

#include "artifact/beneath.hh"
#include "artifact/store.hh"
#include "exec/local/job-files.hh"
#include "exec/remote/arriving-tree.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::exec {

namespace {

class Gather : public OutputSink {
  public:
    explicit Gather(std::int64_t most) : left_(most) {}

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        left_ -= static_cast<std::int64_t>(bytes.size());
        if (left_ < 0) {
            return fail(ErrorCode::Corrupt, "the place sends more than it was asked for");
        }
        text_ += bytes;
        return {};
    }

    std::string take() { return std::exchange(text_, {}); }

  private:
    std::int64_t left_;
    std::string text_;
};

// The hint of a full disk is about this machine's.
Error thereOn(Error error) {
    if (error.code == ErrorCode::DiskFull) {
        error.hint = "make room at the job's place, or name another folder there by workspaceDir";
    }
    return error;
}

Result<JobFiles> cut(agent::FilesListed listed, std::string_view bytes) {
    JobFiles out;
    out.untouched = std::move(listed.untouched);
    for (auto& [path, size] : listed.files) {
        if (size < 0 || static_cast<std::uint64_t>(size) > bytes.size()) {
            return fail(ErrorCode::Corrupt, "the place has sent less than it says");
        }
        out.files.push_back({std::move(path), std::string(bytes.substr(0, static_cast<std::size_t>(size)))});
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return out;
}

} // namespace

io::Task<Result<void>> SentFiles::makeBefore(io::StopToken stop) {
    const bool copyRepo = options_.job->copyRepo;
    const Result<std::string> made = co_await options_.start->get(copyRepo, std::move(stop));
    CIRQUE_CO_TRY(made);
    co_return Result<void>();
}

io::Task<Result<void>> SentFiles::makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) {
    agent_ = std::move(agent);
    const bool copyRepo = options_.job->copyRepo;
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, co_await options_.start->get(copyRepo, stop));
    const agent::PutTree put{options_.place->jobFolder};
    const Result<std::string> done = co_await agent_->callWithTree(toBytes(put), folder, {}, stop);
    const Result<void> sent = done ? agent::parseDone(*done) : Result<void>(fail(done.error()));
    if (!sent) {
        co_return fail(thereOn(sent.error()).within("while sending the job's folder"));
    }
    const std::vector<std::string> patterns = reportPatterns(*options_.job);
    if (patterns.empty()) {
        co_return Result<void>();
    }
    const agent::NoteFiles note{options_.place->jobFolder, patterns};
    const Result<std::string> noted = co_await agent_->call(toBytes(note), nullptr, stop);
    CIRQUE_CO_TRY(noted);
    co_return agent::parseDone(*noted);
}

io::Task<Result<void>> SentFiles::restoreArtifact(std::string name, std::string path, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, co_await artifacts_.locate(name));
    const agent::PutArtifact put{name, path};
    const Result<std::string> done = co_await agent_->callWithTree(toBytes(put), folder, {}, stop);
    const Result<void> came = done ? agent::parseDone(*done) : Result<void>(fail(done.error()));
    if (!came) {
        co_return fail(thereOn(came.error()).within("at the job's place"));
    }
    co_return came;
}

io::Task<Result<CollectedArtifact>> SentFiles::saveArtifact(std::string name, std::string path,
                                                            io::StopToken stop) {
    const std::string root = options_.start->incoming();
    const artifact::ArtifactStore store(root);
    const artifact::Limits limits;
    constexpr std::int64_t beside = std::int64_t{1} << 30; // the manifest, and its folders
    CIRQUE_CO_TRY_ASSIGN(artifact::TreeUnpacker unpacker,
                         artifact::TreeUnpacker::create(artifact::parentOf(store.folderOf(name)),
                                                        {limits.bytes + beside, limits.files + 16}));
    const auto tree = std::make_shared<ArrivingTree>(std::move(unpacker));
    io::TaskGroup writer;
    co_await writer.start();
    writer.spawn(tree->serve());
    const agent::GetArtifact get{name, path};
    const Result<std::string> done = co_await agent_->call(toBytes(get), tree, stop);
    tree->end();
    co_await writer.join();
    Result<agent::ArtifactTaken> taken =
        done ? agent::parseArtifactTaken(*done) : Result<agent::ArtifactTaken>(fail(done.error()));
    Result<void> kept = taken ? tree->finish() : Result<void>(fail(taken.error()));
    if (kept) {
        kept = co_await artifacts_.takeOver(name, root, taken->sha256, stop);
    }
    const std::function<Result<void>()> remove = [root] { return io::removeTree(root); };
    (void)co_await io::offload(remove); // it goes with the run's folder
    CIRQUE_CO_TRY(kept);
    co_return CollectedArtifact{taken->bytes, taken->files, taken->sha256, std::move(taken->skipped)};
}

io::Task<Result<JobFiles>> SentFiles::readFiles(std::string pattern, FileLimits limits, io::StopToken stop) {
    const agent::ReadFilesCall read{std::move(pattern), limits.files, limits.fileBytes, limits.bytes};
    const auto bytes = std::make_shared<Gather>(limits.bytes);
    const Result<std::string> done = co_await agent_->call(toBytes(read), bytes, stop);
    CIRQUE_CO_TRY(done);
    CIRQUE_CO_TRY_ASSIGN(agent::FilesListed listed, agent::parseFilesListed(*done));
    const std::string all = bytes->take();
    co_return cut(std::move(listed), all);
}

io::Task<Result<void>> SentFiles::remove() {
    agent_.reset();
    co_return Result<void>();
}

} // namespace cirque::exec
