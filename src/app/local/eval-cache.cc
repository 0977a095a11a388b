// SPDX-License-Identifier: Apache-2.0
#include "app/local/eval-cache.hh"

#include "app/local/roots-lock.hh"
#include "base/bytes.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace cirque::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view entrySuffix = ".entry";
constexpr std::string_view rootsSuffix = ".roots";

bool exists(const std::string& path) {
    struct stat st{};
    return ::lstat(path.c_str(), &st) == 0;
}

struct Kept {
    std::string key;
    std::int64_t used = 0;
    std::int64_t bytes = 0;
};

struct Found {
    std::vector<Kept> entries;
    std::set<std::string> roots; // keys
    std::vector<std::string> strays;
};

// What lies in the folder. What a killed process left half-written counts as a stray after a day.
Found look(const std::string& folder) {
    constexpr std::int64_t day = 24LL * 3600 * 1'000'000'000;
    Found found;
    std::error_code ignored;
    for (const fs::directory_entry& file : fs::directory_iterator(folder, ignored)) {
        const std::string name = file.path().filename().string();
        struct stat st{};
        if (::lstat(file.path().c_str(), &st) != 0) {
            continue;
        }
        const workspace::FileFacts facts = workspace::FileFacts::of(st);
        if (name.ends_with(rootsSuffix)) {
            found.roots.insert(name.substr(0, name.size() - rootsSuffix.size()));
        } else if (name.ends_with(entrySuffix)) {
            found.entries.push_back({.key = name.substr(0, name.size() - entrySuffix.size()),
                                     .used = facts.modified,
                                     .bytes = facts.size});
        } else if (facts.modified < workspace::fileClock() - day) {
            found.strays.push_back(file.path().string());
        }
    }
    std::ranges::sort(found.entries, std::ranges::greater(), &Kept::used);
    return found;
}

} // namespace

std::string EvalCache::file(const std::string& key) const {
    return fmt::format("{}/{}{}", folder_, key, entrySuffix);
}

std::string EvalCache::rootsFolder(const std::string& key) const {
    return fmt::format("{}/{}{}", folder_, key, rootsSuffix);
}

std::optional<EvalEntry> EvalCache::find(const std::string& key) const {
    const Result<std::string> bytes = io::readFile(file(key));
    std::optional<EvalEntry> entry = bytes ? parseEntry(*bytes) : std::nullopt;
    if (!entry || !stillHold(entry->facts) || !std::ranges::all_of(entry->paths, exists)) {
        return std::nullopt;
    }
    // what is used last goes last
    std::ignore = ::utimensat(AT_FDCWD, file(key).c_str(), nullptr, 0);
    return entry;
}

Result<void> EvalCache::keep(const std::string& key, const EvalEntry& entry) const {
    constexpr unsigned folderMode = 0700;
    constexpr unsigned fileMode = 0600;
    const std::string bytes = toBytes(entry);
    if (static_cast<std::int64_t>(bytes.size()) > limits_.bytes) {
        return fail(ErrorCode::Unsupported, "the plan is larger than all that may be kept");
    }
    CIRQUE_TRY(io::makeFolders(folder_, folderMode));
    CIRQUE_TRY(io::writeFileAtomic(file(key), bytes, fileMode));
    prune(key);
    return {};
}

void EvalCache::prune(const std::string& newest) const {
    Found found = look(folder_);
    std::size_t count = 0;
    std::int64_t bytes = 0;
    std::set<std::string> kept{newest};
    for (const Kept& entry : found.entries) {
        bytes += entry.bytes;
        if (++count <= limits_.entries && bytes <= limits_.bytes) {
            kept.insert(entry.key);
        } else if (entry.key != newest) {
            std::ignore = ::unlink(file(entry.key).c_str()); // another process may have been faster
        }
    }
    for (const std::string& key : found.roots) {
        // roots are made before their entry: another process may be at it
        struct stat st{};
        constexpr std::int64_t minute = 60LL * 1'000'000'000;
        if (!kept.contains(key) && ::stat(rootsFolder(key).c_str(), &st) == 0 &&
            workspace::FileFacts::of(st).modified < workspace::fileClock() - minute) {
            std::ignore = removeRoots(rootsFolder(key));
        }
    }
    for (const std::string& stray : found.strays) {
        std::ignore = io::removeTree(stray);
    }
}

std::string evalKey(const std::vector<std::string>& parts) {
    Sha256 sum;
    sum.update("cirque evaluation key 1\n");
    for (const std::string& part : parts) {
        sum.update(fmt::format("{}\n", part.size()));
        sum.update(part);
    }
    return sum.hex();
}

} // namespace cirque::app
