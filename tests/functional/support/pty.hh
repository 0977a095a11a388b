// SPDX-License-Identifier: Apache-2.0
// The built cirque on a pseudo-terminal that is its controlling one, as a shell would start it; what it draws
// goes to a terminal in memory.
#pragma once

#include "tests/functional/support/project.hh"
#include "tests/support/vt.hh"

#include <sys/types.h>
#include <termios.h>

#include <cstddef>
#include <string>
#include <vector>

namespace cirque::test {

class OnTerminal {
  public:
    OnTerminal(const Project& project, std::vector<std::string> arguments, std::size_t columns = 80,
               std::size_t rows = 24, const std::string& program = CIRQUE_PROGRAM);
    ~OnTerminal(); // kills it when it still runs
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;

    // Until the terminal shows this somewhere; fails the test after `seconds`.
    void waitFor(const std::string& text, int seconds = 20);
    // Until it draws or says something more, at most so long.
    void look(int milliseconds);
    void type(const std::string& keys) const;
    void resize(std::size_t columns, std::size_t rows);
    void signal(int number) const;

    // Its exit status (128 + signal), with all it printed in vt(); -1: it did not end in time.
    int wait(int seconds = 30);

    [[nodiscard]] const Vt& vt() const { return vt_; }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    // The terminal's modes now.
    [[nodiscard]] termios modes() const;

  private:
    bool readSome(int milliseconds);
    int master_ = -1;
    int slave_ = -1; // kept open, so that the terminal outlives the program
    pid_t pid_ = -1;
    Vt vt_;
    std::string bytes_;
};

// The same modes, as far as a program changes them.
bool sameModes(const termios& a, const termios& b);

// Run ids, durations and the spaces that depend on them, made the same for every run.
std::string normalised(std::string text);

} // namespace cirque::test
