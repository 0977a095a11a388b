// SPDX-License-Identifier: Apache-2.0
// How many derivations one nix-store is given. Starting it costs as much as a trivial build, so short builds
// are handed over several at a time; a long one is always alone, for it is to be seen, timed and stopped by
// itself. Pure.
#pragma once

#include "base/time.hh"

namespace cirque::nix {

class LookAhead {
  public:
    static constexpr int most = 32;
    // A process of several is broken off after that time, and each of them is built alone.
    static constexpr Millis patience{2000};

    LookAhead() = default;

    explicit LookAhead(int size) : size_(size) {}

    [[nodiscard]] int size() const { return size_; }

    // One that was given `count` derivations came to its end.
    void ended(int count, Millis took);

    // It was broken off: the guess was wrong, and the next one needs more evidence.
    void broken();

  private:
    int size_ = 1;
    int quick_ = 0;  // derivations in a row that were
    int needed_ = 1; // as many before several go together
};

} // namespace cirque::nix
