// SPDX-License-Identifier: Apache-2.0
// The terminal itself: its size, and the mode in which keys come one by one and are not echoed. The former
// mode comes back on every ending but SIGKILL: with the destructor, and on signals that end the program
// without unwinding (a crash, SIGQUIT).
#pragma once

#include "io/process/fd.hh"
#include "report/tui/screen.hh"

#include <optional>

namespace cirque::report::tui {

class Terminal {
  public:
    // `in` and `out` are this program's; nullopt when `out` is no terminal that can be drawn on. `in` may be
    // anything: when it is no terminal there are no keys. At most one at a time.
    static std::optional<Terminal> open(int in, int out);

    Terminal(Terminal&& other) noexcept;
    Terminal& operator=(Terminal&&) = delete;

    ~Terminal() { leave(); }

    // The mode for keys; nothing happens while another job of the shell has the terminal.
    void enter();
    // The former mode. Harmless when repeated.
    void leave();

    // This program is what the shell has in the foreground: it may draw and read.
    [[nodiscard]] bool isOurs() const;
    [[nodiscard]] Size size() const;

    // Descriptors of their own, which never block; the program's shared ones stay as they were.
    [[nodiscard]] int out() const { return out_.get(); }

    [[nodiscard]] bool hasKeys() const { return keys_; }

    // A new one each time, to be read until it is closed. Empty: cannot be opened.
    [[nodiscard]] io::UniqueFd openKeys() const;

  private:
    Terminal() = default;
    io::UniqueFd out_;
    int in_ = -1;
    bool keys_ = false;
    bool entered_ = false;
};

} // namespace cirque::report::tui
