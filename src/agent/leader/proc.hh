// SPDX-License-Identifier: Apache-2.0
// Reading /proc without a C library.
#pragma once

#include "agent/leader/system.hh"

#include <asm/fcntl.h>

namespace cirque::agent::proc {

// A short path put together from words and numbers; never longer than its buffer.
class Path {
  public:
    Path& operator<<(const char* text) {
        while (*text != '\0' && size_ + 1 < sizeof text_) {
            text_[size_++] = *text++;
        }
        text_[size_] = '\0';
        return *this;
    }

    Path& operator<<(int number) {
        char digits[12];
        char* at = digits + sizeof digits;
        *--at = '\0';
        do {
            *--at = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        return *this << at;
    }

    [[nodiscard]] const char* get() const { return text_; }

  private:
    char text_[64] = {};
    unsigned long size_ = 0;
};

// 0: not a number.
inline int parsePid(const char* text) {
    int value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
        value = value * 10 + (*text - '0');
    }
    return *text == '\0' ? value : 0;
}

// Calls fn(number) for each entry of the folder that is a number. False: the folder cannot be opened.
template <class Fn>
bool forEachNumber(const Path& folder, Fn fn) {
    auto fd = sys::open(folder.get(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    // linux_dirent64: inode 8, offset 8, length 2, type 1, name
    constexpr long lengthAt = 16;
    constexpr long nameAt = 19;
    alignas(8) char buffer[4096];
    long size = 0;
    while ((size = sys::call(__NR_getdents64, fd, sys::address(buffer), sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            if (int number = parsePid(buffer + at + nameAt); number > 0) {
                fn(number);
            }
            at += *reinterpret_cast<unsigned short*>(buffer + at + lengthAt);
        }
    }
    sys::close(fd);
    return true;
}

// Calls fn(pid) for each word of a file of numbers. False: the file cannot be opened.
template <class Fn>
bool forEachWord(const Path& file, Fn fn) {
    auto fd = sys::open(file.get(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    char buffer[4096];
    int number = 0;
    long size = 0;
    while ((size = sys::read(fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size; ++at) {
            if (buffer[at] >= '0' && buffer[at] <= '9') {
                number = number * 10 + (buffer[at] - '0');
            } else if (number > 0) {
                fn(number);
                number = 0;
            }
        }
    }
    sys::close(fd);
    return true;
}

// Field 4 of /proc/PID/stat (proc(5)); 0 when the process is gone.
inline int parentOf(int pid) {
    Path path;
    path << "/proc/" << pid << "/stat";
    auto fd = sys::open(path.get(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    char buffer[512];
    auto size = sys::read(fd, buffer, sizeof buffer);
    sys::close(fd);
    long at = size - 1;
    while (at >= 0 && buffer[at] != ')') { // the name before it may itself hold any character
        --at;
    }
    int parent = 0;
    for (at += 4; at >= 4 && at < size && buffer[at] >= '0' && buffer[at] <= '9'; ++at) {
        parent = parent * 10 + (buffer[at] - '0');
    }
    return parent;
}

} // namespace cirque::agent::proc
