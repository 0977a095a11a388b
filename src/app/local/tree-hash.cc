// SPDX-License-Identifier: Apache-2.0
#include "app/local/tree-hash.hh"

#include "base/bytes.hh"

#include <fmt/format.h>

namespace cirque::app {

io::Task<Result<workspace::Fingerprint>> fingerprintOf(workspace::Tree tree, std::string stateDir,
                                                       io::StopToken stop) {
    constexpr std::size_t enough = 32;
    workspace::FingerprintOptions options;
    options.cacheFile = fmt::format("{}/trees/{}/stat", stateDir, sha256Hex(tree.root).substr(0, enough));
    options.leaveOut = stateDir;
    co_return co_await workspace::fingerprintTree(std::move(tree), std::move(options), std::move(stop));
}

io::Task<Result<std::string>> currentTreeHash(std::string folder, std::string stateDir, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(workspace::Tree tree, workspace::findTree(folder));
    CIRQUE_CO_TRY_ASSIGN(workspace::Fingerprint found,
                         co_await fingerprintOf(std::move(tree), std::move(stateDir), std::move(stop)));
    co_return std::move(found.hash);
}

} // namespace cirque::app
