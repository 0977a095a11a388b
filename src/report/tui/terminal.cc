// SPDX-License-Identifier: Apache-2.0
#include "report/tui/terminal.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>
#include <utility>

namespace cirque::report::tui {
namespace {

// What a signal handler needs. Set before the handlers are, and only by the one Terminal there is.
struct Former {
    std::atomic<bool> set = false;
    int in = -1;
    int out = -1;
    termios mode{};
    std::array<struct sigaction, 8> actions{};
};

constinit Former former;
constexpr std::array<int, 6> crashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
// a program that the shell put into the background is stopped by these when it touches the terminal
constexpr std::array<int, 2> stops{SIGTTIN, SIGTTOU};
constexpr std::string_view sane = "\x1b[?2026l\x1b[0m\x1b[?25h\r\n";

void restoreMode() {
    if (former.set.exchange(false)) {
        ::tcsetattr(former.in, TCSANOW, &former.mode);
    }
}

// Only what is safe in a handler: tcsetattr, write, sigaction, raise.
void onCrash(int number) {
    restoreMode();
    if (::write(former.out, sane.data(), sane.size()) < 0) {
        // nothing better can be done here
    }
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
    ::raise(number);
}

void setHandlers() {
    struct sigaction action{};
    ::sigfillset(&action.sa_mask);
    std::size_t at = 0;
    action.sa_handler = onCrash;
    for (const int number : crashes) {
        ::sigaction(number, &action, &former.actions[at++]);
    }
    action.sa_handler = SIG_IGN;
    for (const int number : stops) {
        ::sigaction(number, &action, &former.actions[at++]);
    }
}

void resetHandlers() {
    std::size_t at = 0;
    for (const int number : crashes) {
        ::sigaction(number, &former.actions[at++], nullptr);
    }
    for (const int number : stops) {
        ::sigaction(number, &former.actions[at++], nullptr);
    }
}

// A description of its own: to make the shared one non-blocking would change it for the shell as well.
io::UniqueFd reopen(int fd, int flags) {
    const std::string path = fmt::format("/proc/self/fd/{}", fd);
    return io::UniqueFd(::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

} // namespace

std::optional<Terminal> Terminal::open(int in, int out) {
    Terminal made;
    if (::isatty(out) != 1) {
        return std::nullopt;
    }
    made.out_ = reopen(out, O_WRONLY);
    made.in_ = in;
    made.keys_ = ::isatty(in) == 1;
    winsize size{};
    const bool drawable = made.out_ && ::ioctl(out, TIOCGWINSZ, &size) == 0;
    if (!drawable || !made.isOurs()) {
        return std::nullopt;
    }
    return made;
}

Terminal::Terminal(Terminal&& other) noexcept
    : out_(std::move(other.out_)), in_(other.in_), keys_(other.keys_),
      entered_(std::exchange(other.entered_, false)) {}

bool Terminal::isOurs() const {
    const pid_t group = ::tcgetpgrp(out_.get());
    // no answer: it is not the terminal that controls us, so no shell hands it around
    return group < 0 || group == ::getpgrp();
}

void Terminal::enter() {
    if (!keys_ || entered_ || !isOurs() || ::tcgetattr(in_, &former.mode) != 0) {
        return;
    }
    former.in = in_;
    former.out = out_.get();
    setHandlers();
    former.set = true;
    entered_ = true;
    termios mode = former.mode;
    // signals and flow control stay: Ctrl-C, Ctrl-Z and Ctrl-S mean what they always mean
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    ::tcsetattr(in_, TCSANOW, &mode); // a refusal leaves the terminal as it was
}

void Terminal::leave() {
    if (std::exchange(entered_, false)) {
        restoreMode();
        resetHandlers();
    }
}

Size Terminal::size() const {
    winsize size{};
    if (::ioctl(out_.get(), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
        return {};
    }
    return {size.ws_col, size.ws_row};
}

io::UniqueFd Terminal::openKeys() const {
    return reopen(in_, O_RDONLY);
}

} // namespace cirque::report::tui
