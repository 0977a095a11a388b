// SPDX-License-Identifier: Apache-2.0
// The artifacts of one run: files that one job saves and others restore. Saved as <root>/<id>/files/<path>,
// where id is the sanitised name and a hash of it, beside a manifest with checksums. Restored below <job
// folder>/<path> with the original path kept: output `dist/frontend/` restored at `public` gives
// `public/dist/frontend/…`. Kept: dotfiles, empty folders, permission bits, links as links, times. Every
// function blocks: offload it.
#pragma once

#include "artifact/manifest.hh"
#include "base/result.hh"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::artifact {

struct Limits {
    std::int64_t bytes = std::int64_t{10} << 30;
    std::int64_t files = 1'000'000; // folders and links included
};

struct Saved {
    std::int64_t bytes = 0;
    std::int64_t files = 0; // files and links
    std::string sha256;     // Manifest::digest
    std::vector<std::string>
        skipped; // sockets, FIFOs and devices that were left out, relative to the job's folder
};

class ArtifactStore {
  public:
    explicit ArtifactStore(std::string root, Limits limits = {});

    // Takes `path` of the job's folder as artifact `name`, in place of a former one of that name. `path`
    // itself must be a file, a folder or a link; what else lies in a folder is skipped. All or nothing.
    // Failure: NotFound (nothing there), InvalidPlan (absolute or ".."), Permission (unreadable, or a link
    // leads out of the job's folder), Unsupported (too large, or a FIFO), DiskFull, Io. `cancelled` rises:
    // code Process, nothing saved.
    Result<Saved> save(const std::string& jobFolder, std::string_view path, std::string_view name,
                       const std::atomic<bool>* cancelled = nullptr) const;

    // Puts the artifact below `path` of the job's folder, over files that are there. Checksums are verified
    // and obstacles looked for before the first file is put in place. Failure: NotFound (no such artifact),
    // Corrupt, Permission (a link leads out), InvalidPlan (a folder stands where a file must go, or the
    // reverse), DiskFull, Io.
    Result<void> restore(std::string_view name, const std::string& jobFolder, std::string_view path,
                         const std::atomic<bool>* cancelled = nullptr) const;

    // Takes over an artifact that `other` holds, in place of a former one of that name. Every byte is read
    // and its checksum verified; `sha256` is what its digest has to be. The files are shared where the
    // filesystem can. All or nothing. Failure: NotFound, Corrupt, DiskFull, Io. `cancelled` rises: code
    // Process.
    Result<void> takeOver(const ArtifactStore& other, std::string_view name, std::string_view sha256,
                          const std::atomic<bool>* cancelled = nullptr) const;

    // Everything about one artifact. NotFound, Corrupt.
    [[nodiscard]] Result<Manifest> find(std::string_view name) const;

    // All artifacts, by name. An absent store is an empty one.
    [[nodiscard]] Result<std::vector<Manifest>> list() const;

    // Where the files of an artifact lie, for a person who wants to look.
    [[nodiscard]] std::string folderOf(std::string_view name) const;

  private:
    std::string root_;
    Limits limits_;
};

} // namespace cirque::artifact
