// SPDX-License-Identifier: Apache-2.0
#include "artifact/store.hh"

#include "artifact/beneath.hh"
#include "artifact/restore.hh"
#include "artifact/save.hh"
#include "artifact/take-over.hh"
#include "base/bytes.hh"
#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace cirque::artifact {
namespace {

constexpr std::string_view manifestName = "manifest";
constexpr std::string_view temporary = ".new-"; // no id ends without a hash, so none is like it
constexpr std::size_t manifestLimit = std::size_t{1} << 30U;
constexpr std::size_t foreignLimit = std::size_t{256} << 20U; // enough for a million files

std::string idOf(std::string_view name) {
    return sanitizeFileName(name) + "-" + sha256Hex(name).substr(0, 16);
}

std::string phrase(std::string_view verb, std::string_view name) {
    return fmt::format("while {} the artifact {}", verb, shellQuote(name));
}

const std::atomic<bool>& orNever(const std::atomic<bool>* cancelled) {
    static const std::atomic<bool> never{false};
    return cancelled != nullptr ? *cancelled : never;
}

// Removes a half-made artifact unless it was put in place.
struct Temporary {
    std::string path;

    explicit Temporary(std::string p) : path(std::move(p)) {}

    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    ~Temporary() {
        // what cannot be removed is never listed, and goes with the run
        static_cast<void>(io::removeTree(path));
    }
};

// A folder in the store, with files/ in it, that is no artifact yet.
Result<std::string> makeTemporary(const std::string& root) {
    CIRQUE_TRY(io::makeFolders(root, 0700));
    std::string pattern = root + "/" + std::string(temporary) + "XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        return fail(systemError(errno, "make a folder in", root));
    }
    const std::string files = pattern + "/files";
    if (::mkdir(files.c_str(), 0700) != 0) {
        return fail(systemError(errno, "make the folder", files));
    }
    return pattern;
}

// Puts the finished folder in place; a former artifact is swapped out and removed with the temporary.
Result<void> putInPlace(const std::string& made, const std::string& final) {
    if (::rename(made.c_str(), final.c_str()) == 0 ||
        ((errno == ENOTEMPTY || errno == EEXIST) &&
         ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, final.c_str(), RENAME_EXCHANGE) == 0)) {
        return {};
    }
    return fail(systemError(errno, "put in place", final));
}

Unexpected noSuch(std::string_view name) {
    return fail(ErrorCode::NotFound, fmt::format("no artifact {} was saved in this run", shellQuote(name)),
                "check that the job which saves it succeeded");
}

Result<Manifest> parseManifestOf(std::string_view name, std::string_view text, const std::string& path) {
    CIRQUE_TRY_ASSIGN(Manifest manifest, parseManifest(text, path));
    if (manifest.name != name) {
        return fail(ErrorCode::Corrupt, fmt::format("the manifest {} is of another artifact", path));
    }
    return manifest;
}

// An artifact that a place may have sent: nothing in it is what it seems until it was looked at, and no link
// is followed.
struct Foreign {
    Manifest manifest;
    io::UniqueFd files;
};

Result<Foreign> openForeign(const std::string& path, std::string_view name) {
    const io::UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && errno == ENOENT) {
        return noSuch(name);
    }
    const io::UniqueFd listed = folder ? openStored(folder.get(), std::string(manifestName)) : io::UniqueFd();
    if (folder && !listed && errno == ENOENT) {
        return noSuch(name);
    }
    Foreign out;
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    out.files.reset(folder ? ::openat(folder.get(), "files", flags) : -1);
    struct stat st{};
    if (!listed || !out.files || ::fstat(listed.get(), &st) != 0 || !S_ISREG(st.st_mode) ||
        static_cast<std::size_t>(st.st_size) > foreignLimit) {
        return fail(ErrorCode::Corrupt, fmt::format("{} is not what an artifact looks like", path));
    }
    CIRQUE_TRY_ASSIGN(const std::string text,
                      io::readFile(fmt::format("/proc/self/fd/{}", listed.get()), foreignLimit));
    CIRQUE_TRY_ASSIGN(out.manifest, parseManifestOf(name, text, path));
    return out;
}

} // namespace

ArtifactStore::ArtifactStore(std::string root, Limits limits) : root_(std::move(root)), limits_(limits) {}

std::string ArtifactStore::folderOf(std::string_view name) const {
    return root_ + "/" + idOf(name) + "/files";
}

Result<Saved> ArtifactStore::save(const std::string& jobFolder, std::string_view path, std::string_view name,
                                  const std::atomic<bool>* cancelled) const {
    const auto run = [&]() -> Result<Saved> {
        CIRQUE_TRY_ASSIGN(const std::string plain, plainPath(path));
        CIRQUE_TRY_ASSIGN(const std::string folder, makeTemporary(root_));
        const Temporary made(folder);
        const std::string files = made.path + "/files";
        CIRQUE_TRY_ASSIGN(Collected collected,
                          collect(jobFolder, plain, path.ends_with('/'), files, limits_, orNever(cancelled)));
        Manifest& manifest = collected.manifest;
        manifest.name = name;
        CIRQUE_TRY(io::writeFileAtomic(made.path + "/" + std::string(manifestName), toText(manifest)));
        CIRQUE_TRY(putInPlace(made.path, root_ + "/" + idOf(name)));
        const auto isFile = [](const Entry& entry) { return entry.type != EntryType::Folder; };
        return Saved{manifest.bytes(), std::ranges::count_if(manifest.entries, isFile), manifest.digest(),
                     std::move(collected.skipped)};
    };
    return run().map_error([&](Error error) { return std::move(error).within(phrase("saving", name)); });
}

Result<void> ArtifactStore::restore(std::string_view name, const std::string& jobFolder,
                                    std::string_view path, const std::atomic<bool>* cancelled) const {
    const auto run = [&]() -> Result<void> {
        CIRQUE_TRY_ASSIGN(const std::string plain, plainPath(path));
        CIRQUE_TRY_ASSIGN(const Manifest manifest, find(name));
        return putBack(manifest, folderOf(name), jobFolder, plain, orNever(cancelled));
    };
    return run().map_error([&](Error error) { return std::move(error).within(phrase("restoring", name)); });
}

Result<void> ArtifactStore::takeOver(const ArtifactStore& other, std::string_view name,
                                     std::string_view sha256, const std::atomic<bool>* cancelled) const {
    const auto run = [&]() -> Result<void> {
        CIRQUE_TRY_ASSIGN(const Foreign foreign, openForeign(other.root_ + "/" + idOf(name), name));
        const Manifest& manifest = foreign.manifest;
        if (manifest.digest() != sha256) {
            return fail(ErrorCode::Corrupt, "its files are not those that were saved");
        }
        CIRQUE_TRY_ASSIGN(const std::string folder, makeTemporary(root_));
        const Temporary made(folder);
        CIRQUE_TRY(linkEntries(manifest, foreign.files.get(), made.path + "/files", orNever(cancelled)));
        CIRQUE_TRY(io::writeFileAtomic(made.path + "/" + std::string(manifestName), toText(manifest)));
        return putInPlace(made.path, root_ + "/" + idOf(name));
    };
    return run().map_error([&](Error error) { return std::move(error).within(phrase("taking over", name)); });
}

Result<Manifest> ArtifactStore::find(std::string_view name) const {
    const std::string path = root_ + "/" + idOf(name) + "/" + std::string(manifestName);
    auto text = io::readFile(path, manifestLimit);
    if (!text && text.error().code == ErrorCode::NotFound) {
        return noSuch(name);
    }
    if (!text) {
        return fail(std::move(text).error());
    }
    return parseManifestOf(name, *text, path);
}

Result<std::vector<Manifest>> ArtifactStore::list() const {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(root_.c_str()), ::closedir);
    if (!dir) {
        return errno == ENOENT ? Result<std::vector<Manifest>>(std::vector<Manifest>{})
                               : fail(systemError(errno, "read the folder", root_));
    }
    std::vector<Manifest> out;
    while (const dirent* entry = ::readdir(dir.get())) {
        const std::string name = entry->d_name;
        const std::string path = root_ + "/" + name + "/" + std::string(manifestName);
        const auto text = io::readFile(path, manifestLimit);
        if (!text) {
            if (text.error().code == ErrorCode::NotFound) {
                continue;
            }
            return fail(text.error());
        }
        CIRQUE_TRY_ASSIGN(Manifest manifest, parseManifest(*text, path));
        // a save that was killed half-way
        if (name == idOf(manifest.name)) {
            out.push_back(std::move(manifest));
        }
    }
    std::ranges::sort(out, {}, &Manifest::name);
    return out;
}

} // namespace cirque::artifact
