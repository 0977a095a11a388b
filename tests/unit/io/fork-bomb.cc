// SPDX-License-Identifier: Apache-2.0
// fork-bomb COUNT RELAYS: doubles until about COUNT processes sleep, and keeps RELAYS processes that fork and
// exit without end, so that they never have the same number for long. Prints "up" when all run.
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

int main(int, char** argv) {
    const int wanted = std::atoi(argv[1]);
    const int relays = std::atoi(argv[2]);
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* alive = new (memory) std::atomic<int>(1);
    for (int relay = 0; relay < relays; ++relay) {
        if (::fork() == 0) {
            while (true) {
                if (::fork() > 0) {
                    ::_exit(0);
                }
                ::setsid();
            }
        }
    }
    while (alive->load() < wanted) {
        if (::fork() == 0 && alive->fetch_add(1) + 1 == wanted) {
            (void)!::write(1, "up\n", 3);
        }
    }
    while (true) {
        ::pause();
    }
}
