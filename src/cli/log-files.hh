// SPDX-License-Identifier: Apache-2.0
// The bytes of a run's logs while it runs, for views that show some of them later.
#pragma once

#include "base/ids.hh"
#include "history/layout.hh"

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace cirque::cli {

class LogFiles {
  public:
    explicit LogFiles(history::RunFolder folder) : folder_(std::move(folder)) {}

    // The first `bytes` of the log of a try of the job with this number (from 1), in pieces; fewer when the
    // file cannot be read. Blocks.
    void operator()(int jobNumber, const TryRef& ref, std::int64_t bytes,
                    const std::function<void(std::string_view)>& sink) const;

  private:
    history::RunFolder folder_;
};

} // namespace cirque::cli
