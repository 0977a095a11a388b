// SPDX-License-Identifier: Apache-2.0
#include "io/process/tree-size.hh"

#include <fts.h>
#include <sys/stat.h>

#include <memory>

namespace cirque::io {
namespace {

struct CloseWalk {
    void operator()(FTS* walk) const { static_cast<void>(::fts_close(walk)); } // only read from
};

constexpr std::int64_t blockBytes = 512; // of st_blocks, whatever the filesystem's own is (stat(2))

} // namespace

std::int64_t treeSize(const std::string& path) {
    std::string copy = path;
    char* const roots[] = {copy.data(), nullptr};
    const std::unique_ptr<FTS, CloseWalk> walk(::fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, nullptr));
    if (!walk) {
        return 0;
    }
    std::int64_t total = 0;
    while (const FTSENT* entry = ::fts_read(walk.get())) {
        const bool counted =
            entry->fts_info != FTS_DP && entry->fts_info != FTS_NS && entry->fts_info != FTS_ERR;
        total += counted && entry->fts_statp != nullptr ? entry->fts_statp->st_blocks * blockBytes : 0;
    }
    return total;
}

} // namespace cirque::io
