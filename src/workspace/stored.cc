// SPDX-License-Identifier: Apache-2.0
#include "workspace/stored.hh"

#include <algorithm>

namespace cirque::workspace {

Stored::~Stored() {
    if (!folder.empty()) {
        // nobody can be told any more; what stays is in the run's own folder and goes with it
        static_cast<void>(io::removeTree(folder));
    }
}

std::vector<Batch> makeBatches(const std::deque<StoredFolder>& folders, std::size_t from) {
    constexpr std::size_t most = 256;
    std::vector<Batch> batches;
    for (std::size_t i = from; i < folders.size(); ++i) {
        const std::size_t files = folders[i].files.size();
        std::size_t first = 0;
        do {
            batches.push_back({i, first, std::min(most, files - first)});
            first += most;
        } while (first < files);
    }
    return batches;
}

} // namespace cirque::workspace
