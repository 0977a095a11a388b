// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/pty.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <regex>

namespace cirque::test {
namespace {

using Clock = std::chrono::steady_clock;

winsize sizeOf(std::size_t columns, std::size_t rows) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = static_cast<unsigned short>(rows);
    return size;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (std::string& word : words) {
        out.push_back(word.data());
    }
    out.push_back(nullptr);
    return out;
}

// In the child: a session of its own with the terminal in control of it.
[[noreturn]] void become(const char* terminal, const char* folder, char** argv, char** environment) {
    setsid();
    const int fd = open(terminal, O_RDWR); // the first terminal of a session controls it
    for (const int number : {0, 1, 2}) {
        dup2(fd, number);
    }
    if (fd < 0 || chdir(folder) != 0) {
        _exit(126);
    }
    execve(argv[0], argv, environment);
    _exit(127);
}

} // namespace

OnTerminal::OnTerminal(const Project& project, std::vector<std::string> arguments, std::size_t columns,
                       std::size_t rows, const std::string& program)
    : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), vt_(columns, rows) {
    grantpt(master_);
    unlockpt(master_);
    const std::string terminal = ptsname(master_);
    slave_ = open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const winsize size = sizeOf(columns, rows);
    ioctl(slave_, TIOCSWINSZ, &size);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    arguments.insert(arguments.begin(), program);
    std::vector<std::string> pairs = project.environment();
    const std::vector<char*> argv = pointers(arguments);
    const std::vector<char*> environment = pointers(pairs);
    pid_ = fork();
    if (pid_ == 0) {
        become(terminal.c_str(), project.dir().c_str(), const_cast<char**>(argv.data()),
               const_cast<char**>(environment.data()));
    }
    EXPECT_GT(pid_, 0);
}

OnTerminal::~OnTerminal() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(slave_);
    close(master_);
}

bool OnTerminal::readSome(int milliseconds) {
    pollfd in{master_, POLLIN, 0};
    if (poll(&in, 1, milliseconds) <= 0) {
        return false;
    }
    std::array<char, 65536> buffer{};
    const ssize_t count = read(master_, buffer.data(), buffer.size());
    if (count <= 0) {
        return false;
    }
    const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
    bytes_ += text;
    vt_.feed(text);
    return true;
}

void OnTerminal::look(int milliseconds) {
    const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
    while (Clock::now() < end) {
        readSome(10);
    }
}

void OnTerminal::waitFor(const std::string& text, int seconds) {
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    while (vt_.text().find(text) == std::string::npos) {
        if (Clock::now() > end) {
            FAIL() << "never showed '" << text << "' but\n" << vt_.text();
        }
        readSome(20);
    }
}

void OnTerminal::type(const std::string& keys) const {
    EXPECT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

void OnTerminal::resize(std::size_t columns, std::size_t rows) {
    while (readSome(0)) {
        // what was drawn for the old size comes first
    }
    vt_.resize(columns, rows);
    const winsize size = sizeOf(columns, rows);
    ioctl(slave_, TIOCSWINSZ, &size); // the kernel tells the program
}

void OnTerminal::signal(int number) const {
    kill(pid_, number);
}

int OnTerminal::wait(int seconds) {
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) != pid_) {
        if (Clock::now() > end) {
            return -1;
        }
        readSome(10);
    }
    pid_ = -1;
    while (readSome(0)) {
        // the rest
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

termios OnTerminal::modes() const {
    termios modes{};
    EXPECT_EQ(tcgetattr(slave_, &modes), 0);
    return modes;
}

bool sameModes(const termios& a, const termios& b) {
    return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag &&
           a.c_lflag == b.c_lflag && std::memcmp(a.c_cc, b.c_cc, sizeof a.c_cc) == 0;
}

std::string normalised(std::string text) {
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}-[0-9a-f]{4}(-[0-9a-f]{4}){3}[0-9a-f]{8}"), "RUN");
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}-[0-9a-f]{4}(?![0-9a-f-])"), "RUN");
    text = std::regex_replace(text, std::regex("[0-9]+m [0-9]+s|[0-9.]+m?s\\b"), "TIME");
    return std::regex_replace(text, std::regex("  +"), "  ");
}

} // namespace cirque::test
