// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hh"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace cirque::cli {

std::size_t pageWidth() {
    constexpr std::size_t least = 60;
    constexpr std::size_t most = 200;
    constexpr std::size_t usual = 100;
    winsize size{};
    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return usual;
    }
    return std::clamp<std::size_t>(size.ws_col, least, most);
}

bool pageColour(const Context& context) {
    return context.settings.colour && isatty(STDOUT_FILENO) == 1;
}

} // namespace cirque::cli
