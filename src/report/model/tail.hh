// SPDX-License-Identifier: Apache-2.0
// The last bytes of a try's output. Lines are looked for only when someone asks, so that a flood of output
// costs a copy of its end and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

class Tail {
  public:
    void add(std::string_view bytes);

    // The last lines, as a terminal may show them, without colours. Looks back a few KiB at most.
    [[nodiscard]] std::vector<std::string> lastLines(std::size_t count) const;

    // The last line that has something to show; of a line that was overwritten by carriage returns, what was
    // written last.
    [[nodiscard]] std::string lastLine() const;

    // Forgets all but the end: of a try that has ended well nobody asks for more.
    void shrink();

    [[nodiscard]] std::int64_t bytes() const { return bytes_; } // that came

  private:
    std::string kept_;
    std::int64_t bytes_ = 0;
};

} // namespace cirque::report
