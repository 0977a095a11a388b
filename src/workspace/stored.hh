// SPDX-License-Identifier: Apache-2.0
// What a snapshot holds. Small contents lie one after the other in pack files (one per thread), because
// making a file costs more than writing it; large ones are files of their own, so that a filesystem can share
// their blocks.
#pragma once

#include "io/process/fd.hh"
#include "workspace/file-copy.hh"

#include <atomic>
#include <cstdint>
#include <ctime>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::workspace {

enum class StoredKind : std::uint8_t {
    Missing, // vanished before it was read, or is no file, link or folder
    File,    // `size` bytes at `offset` of pack `pack`
    Link,    // the same; the bytes are the link's target
    Blob,    // the file blob-<offset> of the snapshot's folder
    Folder,  // empty: a repository within the tree that is not checked out
};

struct StoredFile {
    const char* name = nullptr;
    timespec mtime{};
    std::int64_t size = 0;
    std::int64_t offset = 0;
    std::uint16_t mode = 0; // the nine permission bits
    std::uint16_t pack = 0;
    StoredKind kind = StoredKind::Missing;
};

struct StoredFolder {
    std::string path;
    std::vector<StoredFile> files;
    timespec mtime{};
    std::uint16_t mode = 0;
    bool present = false;
};

// A part of one folder's files: what a thread takes at a time.
struct Batch {
    std::size_t folder = 0; // its place in Stored::folders
    std::size_t first = 0;
    std::size_t count = 0;
};

// Part of a repository, small enough to keep in memory.
struct GitFile {
    std::string path; // below .git
    std::string bytes;
    std::optional<timespec> mtime{};
};

struct GitCopy {
    std::string prefix; // where its work tree lies in the tree, "" for the tree itself
    std::vector<GitFile> files;
};

struct Stored {
    std::string folder;                       // owned: removed with the snapshot
    std::deque<std::deque<std::string>> text; // what `name` points into
    std::deque<StoredFolder> folders;
    std::vector<GitCopy> repositories;
    std::vector<io::UniqueFd> packs;
    std::vector<std::string> notices;
    std::atomic<std::int64_t> nextBlob{0};
    CloneProbe probe;
    bool spent = false;

    Stored() = default;
    Stored(const Stored&) = delete;
    Stored& operator=(const Stored&) = delete;
    ~Stored();

    [[nodiscard]] std::string blobName(std::int64_t number) const { return "blob-" + std::to_string(number); }
};

// Cuts folders[from..] into batches.
std::vector<Batch> makeBatches(const std::deque<StoredFolder>& folders, std::size_t from);

} // namespace cirque::workspace
