// SPDX-License-Identifier: Apache-2.0
// Moves the content of one file into another by the cheapest way the filesystem offers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace cirque::workspace {

// Remembers that a filesystem refused to share blocks (FICLONE), so that it is asked once.
class CloneProbe {
  public:
    // Makes `out`, empty, share all blocks of `in`. False: not possible here, nothing changed.
    bool clone(int in, int out);

  private:
    std::atomic<bool> possible_{true};
};

// Copies up to `size` bytes from the start of `in` to the start of `out`, both regular files; holes stay
// holes. Returns the bytes that `in` really had, or -1 with errno set. Blocks.
std::int64_t copyContent(int in, int out, std::int64_t size, CloneProbe& probe);

// write(2) until everything is written. False with errno set.
bool writeFully(int fd, std::string_view bytes);

} // namespace cirque::workspace
