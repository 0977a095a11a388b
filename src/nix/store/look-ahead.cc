// SPDX-License-Identifier: Apache-2.0
#include "nix/store/look-ahead.hh"

#include <algorithm>

namespace cirque::nix {
namespace {

constexpr Millis start{150}; // of nix-store on a busy machine
constexpr Millis quickBuild{50};
constexpr int growth = 4;
constexpr int doubt = 8;
constexpr int mostNeeded = 4096;

} // namespace

void LookAhead::ended(int count, Millis took) {
    if (took > start + count * quickBuild) {
        size_ = 1;
        quick_ = 0;
        return;
    }
    quick_ = std::min(quick_ + count, mostNeeded);
    if (quick_ >= needed_) {
        size_ = std::min(size_ * growth, most);
    }
}

void LookAhead::broken() {
    size_ = 1;
    quick_ = 0;
    needed_ = std::min(needed_ * doubt, mostNeeded);
}

} // namespace cirque::nix
