// SPDX-License-Identifier: Apache-2.0
// One name for everything a run may take from a tree: the names, permissions, link targets and bytes of the
// files that a snapshot takes (tracked ones, and untracked ones that are not ignored; see snapshot.hh). Not
// in it: times, owners, ignored files, what git knows (commits, branches, its index). A cache in
// `cacheFolder` remembers the sums of unchanged files. A file that was written shortly before it was read is
// read again the next time: it could have changed since without a trace.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "workspace/tree.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace cirque::workspace {

struct Fingerprint {
    std::string hash; // 64 hex digits
    // Differs when any file was written, replaced or touched in between, even back to what it was.
    std::uint64_t stamp = 0;
    std::vector<std::string> files; // relative to the tree, by folder, then by name
};

struct FingerprintOptions {
    std::string cacheFile{};         // made when missing, with its folder; empty: every file is read
    std::string leaveOut{};          // an absolute folder that is not part of the tree: Cirque's own state
    std::size_t mostFiles = 100'000; // of a folder without git, which may well be somebody's home
    std::int64_t mostBytes = 4LL << 30U; // to be read at once
};

// One git process for each repository, at the same time as the files are looked at. The tree is only read.
// Failure, instead of a guess: a file or folder that cannot be read or keeps changing, whatever git warns of,
// git missing or refusing, a limit of the options. A cache that cannot be written is no failure. Stop: ends
// soon with code Process.
io::Task<Result<Fingerprint>> fingerprintTree(Tree tree, FingerprintOptions options, io::StopToken stop);

} // namespace cirque::workspace
