// SPDX-License-Identifier: Apache-2.0
// A folder as a row of bytes, to be sent to another place: files, folders and links with permission bits and
// times. Neither side holds more than a piece of it in memory. Both blocks: offload them.
//
// An entry is a head (TYPE, 1 byte; mode, 4; nanoseconds, 4; seconds, 8; size, 8; length of the path, 4; of
// the link's target, 4; numbers lowest byte first), the path, the target and, for a file, its bytes. Folders
// stand before what is in them; the first is the folder itself, with an empty path. TYPE '.' ends the row.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::artifact {

struct TreeHead {
    char type = '.'; // 'd', 'f', 'l'; '.': the end
    unsigned mode = 0;
    std::int64_t seconds = 0;
    std::int64_t nanos = 0;
    std::int64_t size = 0;
};

// Reads a folder that nobody changes meanwhile.
class TreePacker {
  public:
    // Failure: it is no folder, or the system's reason.
    static Result<TreePacker> open(const std::string& folder);

    // Of all that is in it only the entry `name`.
    static Result<TreePacker> openEntry(const std::string& folder, std::string name);

    // Appends the next pieces, about `about` bytes. False: that was the end. Sockets, FIFOs and devices are
    // left out. Failure: the system's reason, or a file that changes meanwhile (Io).
    Result<bool> fill(std::string& into, std::size_t about);

    [[nodiscard]] std::int64_t fileBytes() const { return fileBytes_; } // so far

  private:
    struct Level {
        io::UniqueFd folder;
        std::string path;
        std::vector<std::string> names;
        std::size_t next = 0;
    };

    TreePacker() = default;
    Result<void> enter(io::UniqueFd folder, std::string path, std::string& into);
    Result<void> addEntry(const Level& level, const std::string& name, std::string& into);
    Result<void> fillFile(std::string& into, std::size_t about);

    io::UniqueFd top_;                // until it is entered
    std::optional<std::string> only_; // of the entries of the top
    std::deque<Level> levels_;
    io::UniqueFd file_;
    std::string filePath_;
    std::int64_t fileLeft_ = 0;
    std::int64_t fileBytes_ = 0;
    bool ended_ = false;
};

struct TreeLimits {
    std::int64_t bytes = std::int64_t{1} << 50;
    std::int64_t entries = 100'000'000;
};

// Makes a new folder of such a row, whoever sent it: nothing is made but beneath that folder.
class TreeUnpacker {
  public:
    // Makes the folder, which must not be there, and those above it.
    static Result<TreeUnpacker> create(const std::string& folder, TreeLimits limits = {});

    // The next bytes, however they come in pieces. Failure: Corrupt (no such row), Unsupported (a limit),
    // DiskFull, Io, ...; what was made stays, and later calls must not be made.
    Result<void> take(std::string_view bytes);

    // After the last byte: gives the folders their modes and times. Failure: Corrupt when it is not whole.
    Result<void> finish();

  private:
    struct Folder {
        std::string path;
        TreeHead head;
    };

    TreeUnpacker() = default;
    Result<bool> takeEntry(std::string_view& bytes); // false: its head is not whole yet
    Result<void> make(const TreeHead& head, const std::string& path, const std::string& target);
    Result<void> makeFile(const TreeHead& head, const std::string& path);
    Result<void> closeFile();
    Result<void> openParent(const std::string& path);

    io::UniqueFd root_;
    io::UniqueFd parent_; // of the entry before
    std::string parentPath_;
    std::string buffer_;
    std::vector<Folder> folders_;
    io::UniqueFd file_;
    TreeHead fileHead_;
    std::string filePath_;
    std::int64_t fileLeft_ = 0;
    TreeLimits limits_;
    bool ended_ = false;
};

} // namespace cirque::artifact
