// SPDX-License-Identifier: Apache-2.0
// One snapshot of the user's tree per run, from which each job's folder is made.
// In it: in a git tree, tracked files plus untracked ones that are not ignored, those of checked-out
// submodules and of repositories within the tree too; elsewhere everything but what .gitignore files name.
// Permission bits (not set-id bits, owners or extended attributes), links as links, times to the nanosecond,
// folders too. Sockets, FIFOs and devices are left out with a notice. Empty folders exist only outside git,
// which does not know them.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "workspace/tree.hh"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cirque::workspace {

struct Stored;

struct JobFolderOptions {
    // The snapshot will not be used again: large files are moved instead of copied. Nothing else may be using
    // it.
    bool lastUse = false;
    const std::atomic<bool>* cancelled = nullptr; // looked at between files; may be null
};

class Snapshot {
  public:
    // Reads the tree, which is never written to, and stores what it found in `into`, a folder that must not
    // exist yet and that goes away with the snapshot. Runs git on the loop and reads on the pool. A file that
    // vanishes meanwhile is left out. Failure: an unreadable file (named), git missing or refusing, disk
    // full. Stop: ends soon with an error whose code is Process; whoever stopped it drops that.
    static io::Task<Result<Snapshot>> take(Tree tree, std::string into, io::StopToken stop);

    // A snapshot of nothing: for runs in which no job copies the tree.
    Snapshot();
    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot(); // removes `into`; blocks

    // Makes the folder `dest`, which must not exist, with the tree's files and a git repository of its own
    // where the tree has one. Several threads may do this at once. All or nothing: after a failure or
    // cancellation (code Process) `dest` does not exist. Blocks: offload it.
    Result<void> makeJobFolder(const std::string& dest, JobFolderOptions options = {}) const;

    // What a person should know: things left out, git's warnings.
    [[nodiscard]] const std::vector<std::string>& notices() const;

    struct Size {
        std::int64_t files = 0; // links included
        std::int64_t bytes = 0;
    };

    [[nodiscard]] Size size() const;

  private:
    std::unique_ptr<Stored> stored_;
};

// copyRepo = false: makes the empty folder `dest`, which must not exist.
Result<void> makeEmptyJobFolder(const std::string& dest);

} // namespace cirque::workspace
