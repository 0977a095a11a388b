// SPDX-License-Identifier: Apache-2.0
// What the last fingerprint of a tree knew about each file: the facts of stat(2) by which an unchanged file
// is told, and the sum of its bytes. A file of Cirque's own, for speed alone: without it everything is read.
#pragma once

#include "base/result.hh"

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::workspace {

// Two equal ones: the same file with the same content, if it was not written within the clock's tick of the
// first look (the caller sees to that). The device is left out: it changes over a reboot.
struct FileFacts {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified = 0; // nanoseconds since the epoch
    std::int64_t changed = 0;  // the same, of ctime, which no program can set
    std::uint32_t mode = 0;    // type and permissions
    std::uint32_t unused = 0;

    static FileFacts of(const struct stat& st);
    bool operator==(const FileFacts&) const = default;
};

// The clock that files get their times from, in nanoseconds since the epoch.
std::int64_t fileClock();

// Whether a file that was last changed at `changed` and was looked at not before `now` must get another time
// when it is written again. A file system whose times are whole seconds is taken to tick every two.
bool isSettled(std::int64_t changed, std::int64_t now);

using FileSum = std::array<char, 64>; // SHA-256 in hex; all zero: not known, or not to be trusted

struct KnownFile {
    std::string_view path; // relative to the tree
    FileFacts facts;
    FileSum sum{};
};

// The order of files everywhere here: by folder, then by name, so that a folder's files stand together.
bool standsBefore(std::string_view path, std::string_view other);
std::string_view folderOf(std::string_view path);
std::string_view nameOf(std::string_view path);

class StatCache {
  public:
    // Empty when there is none, or a damaged or foreign one. Blocks.
    static StatCache load(const std::string& file);

    StatCache() = default;
    StatCache(StatCache&&) noexcept = default;
    StatCache& operator=(StatCache&&) noexcept = default;

    // In order; the paths live as long as the cache.
    [[nodiscard]] const std::vector<KnownFile>& files() const { return files_; }

    // The fingerprint of exactly these files; all zero when there is none.
    [[nodiscard]] const FileSum& fingerprint() const { return fingerprint_; }

  private:
    std::vector<char> bytes_;
    std::vector<KnownFile> files_;
    FileSum fingerprint_{};
};

// Replaces the cache; two processes at once are fine, the last one's stays. `files` in order. Blocks.
Result<void> saveStatCache(const std::string& file, const std::vector<KnownFile>& files,
                           const FileSum& fingerprint);

} // namespace cirque::workspace
