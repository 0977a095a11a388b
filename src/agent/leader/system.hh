// SPDX-License-Identifier: Apache-2.0
// System calls without a C library. The start-up of a static libc alone costs more than the whole leader: on
// a virtual machine each cpuid it issues is a trap. Every call returns -errno on failure.
#pragma once

#include <asm/unistd.h>

namespace cirque::agent::sys {

#if defined(__x86_64__)
[[gnu::always_inline]] inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                        long e = 0) {
    long result = 0;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
[[gnu::always_inline]] inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                        long e = 0) {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}
#else
#error "cirque-leader knows the system calls of x86_64 and aarch64 only"
#endif

template <class T>
long address(T* pointer) {
    return reinterpret_cast<long>(pointer);
}

[[noreturn]] inline void exit(int status) {
    while (true) {
        call(__NR_exit_group, status);
    }
}

inline long open(const char* path, int flags) {
    constexpr long here = -100; // AT_FDCWD
    return call(__NR_openat, here, address(path), flags, 0);
}

inline long read(long fd, void* buffer, unsigned long size) {
    return call(__NR_read, fd, address(buffer), static_cast<long>(size));
}

inline void close(long fd) {
    call(__NR_close, fd);
}

inline void kill(int pid, int signal) {
    call(__NR_kill, pid, signal); // gone already, or not ours to signal: both leave nothing to do
}

} // namespace cirque::agent::sys
