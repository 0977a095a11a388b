// SPDX-License-Identifier: Apache-2.0
#include "agent/server/files.hh"

#include "agent/server/half-made.hh"
#include "artifact/beneath.hh"
#include "artifact/store.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <stdio.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <utility>

namespace cirque::agent {

namespace {

constexpr std::size_t pieceBytes = std::size_t{256} << 10U;

bool hasInput(CallKind kind) {
    return kind == CallKind::PutTree || kind == CallKind::PutArtifact;
}

// Waits until the coordinator has taken most of what it was sent. False: the stop.
io::Task<bool> caughtUp(std::shared_ptr<Sink> sink, io::StopToken stop) {
    constexpr Millis soon{2};
    while (sink->congested()) {
        if (!co_await io::sleepFor(soon, stop)) {
            co_return false;
        }
    }
    co_return !stop.stopRequested();
}

Error stopped() {
    return Error{ErrorCode::Process, "it was stopped", {}, {}};
}

io::Task<Result<void>> sendTree(std::string folder, std::shared_ptr<Sink> sink, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(artifact::TreePacker packer, artifact::TreePacker::open(folder));
    for (bool more = true; more;) {
        std::string piece;
        const std::function<Result<bool>()> fill = [&] { return packer.fill(piece, pieceBytes); };
        const Result<bool> filled = co_await io::offload(fill);
        CIRQUE_CO_TRY(filled);
        more = *filled;
        CIRQUE_CO_TRY(sink->write(piece, false));
        const bool go = co_await caughtUp(sink, stop);
        if (!go) {
            co_return fail(stopped());
        }
    }
    co_return Result<void>();
}

} // namespace

void ServedFiles::setJob(std::string folder, std::string transfers) {
    folder_ = std::move(folder);
    transfers_ = std::move(transfers);
}

std::string ServedFiles::transferOf(std::uint32_t call) const {
    return fmt::format("{}/{}", transfers_, call);
}

void ServedFiles::begin(std::uint32_t call, const std::string& payload) {
    const auto kind = parseCallKind(payload);
    if (kind && hasInput(*kind)) {
        incoming_[call] = std::make_shared<Incoming>();
    }
}

void ServedFiles::take(std::uint32_t call, std::string_view bytes) {
    if (const auto found = incoming_.find(call); found != incoming_.end()) {
        found->second->waiting.emplace_back(bytes);
        found->second->changed.notify();
    }
}

void ServedFiles::end(std::uint32_t call) {
    if (const auto found = incoming_.find(call); found != incoming_.end()) {
        found->second->ended = true;
        found->second->changed.notify();
    }
}

void ServedFiles::forget(std::uint32_t call) {
    incoming_.erase(call);
}

Result<void> ServedFiles::putBeside(const PutTree& put) {
    if (put.entry.empty()) {
        return {};
    }
    const std::string from = put.folder + "/" + put.entry;
    const std::string to = artifact::parentOf(put.folder) + "/" + put.entry;
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0 && errno != EEXIST) {
        return fail(systemError(errno, "put in place", to));
    }
    return io::removeTree(put.folder);
}

io::Task<Result<void>> ServedFiles::receive(std::uint32_t call, std::string folder,
                                            std::shared_ptr<io::UniqueFd> held, io::StopToken stop) {
    const std::shared_ptr<Incoming> incoming = incoming_[call];
    const std::function<Result<artifact::TreeUnpacker>()> create = [&] {
        auto made = artifact::TreeUnpacker::create(folder);
        if (made) {
            *held = holdHalfMade(folder);
        }
        return made;
    };
    Result<artifact::TreeUnpacker> tree = co_await io::offload(create);
    if (!tree) {
        co_return fail(std::move(tree).error());
    }
    std::int64_t written = 0;
    while (!incoming->ended || !incoming->waiting.empty()) {
        if (stop.stopRequested()) {
            co_return fail(stopped());
        }
        if (incoming->waiting.empty()) {
            (void)co_await incoming->changed.wait(stop);
            continue;
        }
        const std::string piece = std::move(incoming->waiting.front());
        incoming->waiting.pop_front();
        const std::function<Result<void>()> take = [&] { return tree->take(piece); };
        const Result<void> taken = co_await io::offload(take);
        CIRQUE_CO_TRY(taken);
        written += std::ssize(piece);
        if (taken_) {
            taken_(call, written);
        }
    }
    const std::function<Result<void>()> finish = [&] { return tree->finish(); };
    co_return co_await io::offload(finish);
}

io::Task<Result<std::string>> ServedFiles::putTree(std::uint32_t call, std::string payload,
                                                   io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const PutTree put, parsePutTree(payload));
    if (!put.entry.empty() && !std::exchange(swept_, true)) {
        const std::function<void()> sweep = [&put] { sweepHalfMade(artifact::parentOf(put.folder)); };
        co_await io::offload(sweep);
    }
    const auto held = std::make_shared<io::UniqueFd>();
    const Result<void> came = co_await receive(call, put.folder, held, std::move(stop));
    const std::function<Result<void>()> place = [&] {
        const Result<void> placed = came ? putBeside(put) : came;
        if (!placed && *held && !put.entry.empty()) {
            (void)io::removeTree(put.folder); // the first failure is the one to tell
        }
        return placed;
    };
    const Result<void> placed = co_await io::offload(place);
    CIRQUE_CO_TRY(placed);
    co_return doneBytes();
}

io::Task<Result<std::string>> ServedFiles::putArtifact(std::uint32_t call, std::string payload,
                                                       io::StopToken stop) {
    const std::string transfer = transferOf(call);
    CIRQUE_CO_TRY_ASSIGN(const PutArtifact put, parsePutArtifact(payload));
    if (transfers_.empty()) {
        co_return fail(ErrorCode::Corrupt, "the agent was given an artifact before its job");
    }
    std::string folder = artifact::parentOf(artifact::ArtifactStore(transfer).folderOf(put.name));
    const auto held = std::make_shared<io::UniqueFd>();
    const Result<void> came = co_await receive(call, std::move(folder), held, stop);
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const std::function<Result<void>()> restore = [&]() -> Result<void> {
        Result<void> restored =
            came ? artifact::ArtifactStore(transfer).restore(put.name, folder_, put.path, &cancelled) : came;
        const Result<void> removed = io::removeTree(transfer);
        return restored ? removed : restored;
    };
    const Result<void> restored = co_await io::offload(restore);
    CIRQUE_CO_TRY(restored);
    co_return doneBytes();
}

io::Task<Result<std::string>> ServedFiles::getArtifact(std::uint32_t call, std::string payload,
                                                       std::shared_ptr<Sink> sink, io::StopToken stop) {
    const std::string transfer = transferOf(call);
    CIRQUE_CO_TRY_ASSIGN(const GetArtifact get, parseGetArtifact(payload));
    const artifact::ArtifactStore store(transfer);
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const std::function<Result<artifact::Saved>()> save = [&] {
        return store.save(folder_, get.path, get.name, &cancelled);
    };
    const Result<artifact::Saved> saved = co_await io::offload(save);
    Result<void> sent = saved ? Result<void>() : Result<void>(fail(saved.error()));
    if (saved) {
        const std::string folder = artifact::parentOf(store.folderOf(get.name));
        sent = co_await sendTree(folder, std::move(sink), std::move(stop));
    }
    const std::function<Result<void>()> remove = [&] { return io::removeTree(transfer); };
    const Result<void> removed = co_await io::offload(remove);
    CIRQUE_CO_TRY(sent);
    CIRQUE_CO_TRY(removed);
    const ArtifactTaken taken{saved->bytes, saved->files, saved->sha256, saved->skipped};
    co_return doneBytes(taken);
}

io::Task<Result<std::string>> ServedFiles::noteFiles(std::string payload) {
    CIRQUE_CO_TRY_ASSIGN(const NoteFiles note, parseNoteFiles(payload));
    const std::function<artifact::FileBaseline()> look = [&] {
        return artifact::FileBaseline::take(note.folder, note.patterns);
    };
    before_ = co_await io::offload(look);
    co_return doneBytes();
}

io::Task<Result<std::string>> ServedFiles::readFiles(std::string payload, std::shared_ptr<Sink> sink,
                                                     io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const ReadFilesCall call, parseReadFiles(payload));
    const artifact::FileLimits limits{call.files, call.fileBytes, call.bytes};
    const std::function<Result<artifact::FilesRead>()> look = [&] {
        return artifact::readFiles(folder_, call.pattern, limits, before_);
    };
    Result<artifact::FilesRead> read = co_await io::offload(look);
    CIRQUE_CO_TRY(read);
    FilesListed listed;
    listed.untouched = std::move(read->untouched);
    for (const artifact::ReadFile& file : read->files) {
        listed.files.emplace_back(file.path, static_cast<std::int64_t>(file.bytes.size()));
        for (std::size_t at = 0; at < file.bytes.size(); at += pieceBytes) {
            CIRQUE_CO_TRY(sink->write(std::string_view(file.bytes).substr(at, pieceBytes), false));
            const bool go = co_await caughtUp(sink, stop);
            if (!go) {
                co_return fail(stopped());
            }
        }
    }
    co_return doneBytes(listed);
}

} // namespace cirque::agent
