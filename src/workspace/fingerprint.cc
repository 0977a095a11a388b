// SPDX-License-Identifier: Apache-2.0
#include "workspace/fingerprint.hh"

#include "base/bytes.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "workspace/file-list.hh"
#include "workspace/file-sums.hh"
#include "workspace/git-list.hh"
#include "workspace/packed.hh"
#include "workspace/stat-cache.hh"
#include "workspace/walk.hh"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <utility>

namespace cirque::workspace {
namespace {

constexpr FileSum unknown{};
constexpr std::uint32_t permissions = 0777;

char kindOf(std::uint32_t mode) {
    return S_ISREG(mode) ? 'f' : S_ISLNK(mode) ? 'l' : S_ISDIR(mode) ? 'd' : 's';
}

// What git lists is nearly in order, and looking is much cheaper than sorting.
template <class List, class Projection = std::identity>
void putInOrder(List& list, Projection projection = {}) {
    if (!std::ranges::is_sorted(list, standsBefore, projection)) {
        std::ranges::sort(list, standsBefore, projection);
    }
}

// What one fingerprint works on. The blocking parts run on the pool, one at a time.
class Reading {
  public:
    Reading(Tree tree, FingerprintOptions options) : tree_(std::move(tree)), options_(std::move(options)) {
        if (options_.leaveOut.starts_with(tree_.root + "/")) {
            leftOut_ = options_.leaveOut.substr(tree_.root.size() + 1);
        }
    }

    io::Task<Result<Fingerprint>> run(io::StopToken stop) {
        const io::StopCallback callback = stop.onStop([this](io::StopLevel) { cancelled_ = true; });
        io::TaskGroup group;
        co_await group.start();
        group.spawn(listRoot(stop));
        const std::function<void()> recall = [this] { lookAtKnown(); };
        co_await io::offload(recall);
        co_await group.join();
        Result<void> listed = std::move(root_);
        const std::function<Result<void>()> look = [this] { return settle(); };
        if (listed) {
            listed = co_await io::offload(look);
        }
        while (listed && !nested_.empty() && !cancelled_) {
            const std::string next = std::move(nested_.back());
            nested_.pop_back();
            listed = co_await readList(next, stop);
            if (listed) {
                listed = co_await io::offload(look);
            }
        }
        Result<Fingerprint> done = fail(ErrorCode::Process, "taking the tree's fingerprint was stopped");
        if (!listed) {
            done = fail(std::move(listed).error());
        } else if (!cancelled_) {
            const std::function<Result<Fingerprint>()> work = [this] { return finish(); };
            done = co_await io::offload(work);
        }
        co_return done;
    }

  private:
    // While git lists the tree, the files that were there last time are looked at.
    io::Task<> listRoot(io::StopToken stop) { root_ = co_await readList("", std::move(stop)); }

    // The names in the repository or folder at `prefix`, into fresh_.
    io::Task<Result<void>> readList(std::string prefix, io::StopToken stop) {
        const std::string root = prefix.empty() ? tree_.root : tree_.root + "/" + prefix;
        if (prefix.empty() && !tree_.git) {
            const std::function<Result<FileList>()> walk = [&] {
                return walkFolder(root, cancelled_, options_.mostFiles);
            };
            Result<FileList> walked = co_await io::offload(walk);
            if (!walked) {
                co_return fail(std::move(walked).error());
            }
            take(*walked);
            co_return Result<void>{};
        }
        Result<GitListing> listing = co_await listGitFiles(root, std::move(stop));
        if (!listing) {
            co_return fail(std::move(listing).error());
        }
        if (!listing->notices.empty()) {
            co_return fail(ErrorCode::Permission, fmt::format("git cannot tell all files of {}: {}", root,
                                                              listing->notices.front()));
        }
        FileList files;
        files.addZeroTerminated(std::move(listing->paths), prefix);
        take(files);
        co_return Result<void>{};
    }

    void take(const FileList& list) {
        std::vector<const ListedFolder*> folders;
        for (const ListedFolder& folder : list.folders()) {
            folders.push_back(&folder);
        }
        std::ranges::sort(folders, {}, &ListedFolder::path);
        for (const ListedFolder* folder : folders) {
            const std::string prefix = folder->path.empty() ? "" : folder->path + "/";
            for (const char* name : folder->names) {
                std::string path = prefix + name;
                if (leftOut_.empty() || !(path + "/").starts_with(leftOut_ + "/")) {
                    fresh_.push_back(std::move(path));
                }
            }
        }
    }

    void lookAtKnown() {
        if (options_.cacheFile.empty()) {
            return;
        }
        known_ = StatCache::load(options_.cacheFile);
        std::vector<std::string_view> paths;
        paths.reserve(known_.files().size());
        for (const KnownFile& file : known_.files()) {
            paths.push_back(file.path);
        }
        auto facts = lookAt(tree_.root, paths, cancelled_);
        if (facts) {
            now_ = std::move(*facts);
        } else {
            known_ = {}; // what cannot be looked at is found again, and named, if it is still listed
        }
    }

    Result<void> settle();
    Result<Fingerprint> finish();
    Result<void> addUnknown(const std::vector<std::string_view>& paths);
    [[nodiscard]] std::string total() const;
    void save(const std::string& hash) const;

    Tree tree_;
    FingerprintOptions options_;
    std::string leftOut_;
    std::atomic<bool> cancelled_{false};
    std::int64_t began_ = fileClock();
    Result<void> root_;
    std::vector<std::string> nested_;           // repositories to list
    std::vector<std::string> fresh_;            // listed, not yet looked at
    std::deque<std::vector<std::string>> text_; // what paths point into
    StatCache known_;
    std::vector<FileFacts> now_; // of known_.files()
    std::vector<KnownFile> files_;
};

// Facts for what was listed last; what is as it was keeps its sum. Folders may be repositories.
Result<void> Reading::settle() {
    putInOrder(fresh_);
    const std::vector<std::string>& paths = text_.emplace_back(std::move(fresh_));
    fresh_.clear();
    const std::size_t from = files_.size();
    std::vector<std::string_view> unknownPaths;
    files_.reserve(from + paths.size());
    std::size_t at = 0;
    const std::vector<KnownFile>& known = known_.files();
    for (const std::string& path : paths) {
        while (at < known.size() && standsBefore(known[at].path, path)) {
            ++at;
        }
        if (at == known.size() || known[at].path != path) {
            unknownPaths.push_back(path);
        } else if (now_[at].mode != 0) {
            const bool same = now_[at] == known[at].facts;
            files_.push_back({.path = path, .facts = now_[at], .sum = same ? known[at].sum : unknown});
        }
    }
    CIRQUE_TRY(addUnknown(unknownPaths));
    for (std::size_t i = from; i < files_.size(); ++i) {
        if (S_ISDIR(files_[i].facts.mode)) {
            std::string folder(files_[i].path);
            CIRQUE_TRY_ASSIGN(const auto git, findGitAt(tree_.root + "/" + folder));
            if (git) {
                nested_.push_back(std::move(folder));
            }
        }
    }
    return {};
}

Result<void> Reading::addUnknown(const std::vector<std::string_view>& paths) {
    CIRQUE_TRY_ASSIGN(const std::vector<FileFacts> facts, lookAt(tree_.root, paths, cancelled_));
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (facts[i].mode != 0) {
            files_.push_back({.path = paths[i], .facts = facts[i]});
        }
    }
    return {};
}

std::string Reading::total() const {
    Sha256 sum;
    std::string text = "cirque tree 1\n";
    constexpr std::size_t enough = 64U << 10U;
    for (const KnownFile& file : files_) {
        // a name holds no NUL, and what stands behind it has a fixed length
        text += file.path;
        fmt::format_to(std::back_inserter(text), "{}{}{:04o}", '\0', kindOf(file.facts.mode),
                       S_ISREG(file.facts.mode) ? file.facts.mode & permissions : 0);
        text.append(file.sum.data(), file.sum.size());
        if (text.size() > enough) {
            sum.update(text);
            text.clear();
        }
    }
    sum.update(text);
    return sum.hex();
}

void Reading::save(const std::string& hash) const {
    std::vector<KnownFile> files = files_;
    for (KnownFile& file : files) {
        file.sum = isSettled(file.facts.changed, began_) ? file.sum : unknown;
    }
    FileSum fingerprint{};
    std::ranges::copy(hash, fingerprint.begin());
    const std::size_t slash = options_.cacheFile.rfind('/');
    constexpr unsigned privately = 0700;
    if (io::makeFolders(options_.cacheFile.substr(0, slash), privately)) {
        std::ignore = saveStatCache(options_.cacheFile, files, fingerprint); // for speed alone
    }
}

Result<Fingerprint> Reading::finish() {
    putInOrder(files_, &KnownFile::path);
    std::vector<KnownFile*> changed;
    for (KnownFile& file : files_) {
        if (file.sum == unknown) {
            changed.push_back(&file);
        }
    }
    std::int64_t bytes = 0;
    for (const KnownFile* file : changed) {
        bytes += file->facts.size;
    }
    if (bytes > options_.mostBytes) {
        return fail(ErrorCode::Unsupported, fmt::format("{} holds {} bytes to read", tree_.root, bytes));
    }
    CIRQUE_TRY(sumFiles(tree_.root, changed, cancelled_));
    if (cancelled_) {
        return fail(ErrorCode::Process, "taking the tree's fingerprint was stopped");
    }
    std::erase_if(files_, [](const KnownFile& file) { return file.facts.mode == 0; });

    const bool asBefore =
        changed.empty() && files_.size() == known_.files().size() && known_.fingerprint() != unknown;
    Fingerprint out;
    out.hash = asBefore ? std::string(known_.fingerprint().data(), known_.fingerprint().size()) : total();
    if (!asBefore && !options_.cacheFile.empty()) {
        save(out.hash);
    }
    out.files.reserve(files_.size());
    for (const KnownFile& file : files_) {
        out.stamp = checkSum(std::string_view(reinterpret_cast<const char*>(&file.facts), // NOLINT: its bytes
                                              sizeof file.facts)) ^
                    (out.stamp * 31U) ^ checkSum(file.path);
        out.files.emplace_back(file.path);
    }
    return out;
}

} // namespace

io::Task<Result<Fingerprint>> fingerprintTree(Tree tree, FingerprintOptions options, io::StopToken stop) {
    Reading reading(std::move(tree), std::move(options));
    Result<Fingerprint> done = co_await reading.run(std::move(stop));
    if (!done) {
        done = fail(std::move(done).error().within("while taking the fingerprint of the tree"));
    }
    co_return done;
}

} // namespace cirque::workspace
