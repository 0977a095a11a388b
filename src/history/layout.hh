// SPDX-License-Identifier: Apache-2.0
// Where runs are kept: STATE/runs/<run id>/{journal.jsonl, plan.json, summary.json, tree-changed, lock,
// logs/, artifacts/}; and the lock that says that a run is alive.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"
#include "io/process/fd.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::history {

// Paths in one run's folder.
struct RunFolder {
    std::string path;

    [[nodiscard]] std::string journal() const { return path + "/journal.jsonl"; }

    [[nodiscard]] std::string plan() const { return path + "/plan.json"; }

    [[nodiscard]] std::string summary() const { return path + "/summary.json"; }

    // Exists, empty, when run.started.treeHash is not the fingerprint of what the run's jobs were given.
    [[nodiscard]] std::string treeChanged() const { return path + "/tree-changed"; }

    [[nodiscard]] std::string lock() const { return path + "/lock"; }

    [[nodiscard]] std::string artifacts() const { return path + "/artifacts"; }

    // `base` as event::logBase gives it; the folder of the files is made by the writer.
    [[nodiscard]] std::string log(const std::string& base) const { return path + "/" + base; }
};

RunFolder runFolder(const std::string& stateDir, const RunId& run);

// Makes the state folder, if there is none, so that git and snapshots leave it out of a tree that it lies in:
// what Cirque keeps of other runs is nothing for jobs. One that holds something already is left as it is.
// Best effort; whoever writes there says what is wrong. Blocks.
void makeStateFolder(const std::string& stateDir);

// Makes a run's folder with logs/ and artifacts/ in it, for its owner only. Blocks.
Result<RunFolder> makeRunFolder(const std::string& stateDir, const RunId& run);

// Ids of all runs there, newest first (UUIDv7 sorts by time). No state folder yet: none. Blocks.
Result<std::vector<RunId>> listRunIds(const std::string& stateDir);

// What people are shown and may type: the part of the id that is its time, "0197a8c2-1f3e".
std::string_view shortId(const RunId& run);

// Held by the process of a running run; the kernel drops it when that process ends, however it ends.
class RunLock {
  public:
    // Makes and locks the file; blocks for a moment at most. Error Io when another process holds it.
    static Result<RunLock> acquire(const std::string& path);
    // Whether some process holds it. No file, or one that cannot be opened: no.
    static bool isHeld(const std::string& path);

  private:
    io::UniqueFd file_;
};

} // namespace cirque::history
