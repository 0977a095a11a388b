// SPDX-License-Identifier: Apache-2.0
// cirque-leader: keeps one step's processes together (protocol.hh). One thread, one poll, no heap, no C
// library.
#include "agent/leader/child.hh"
#include "agent/leader/options.hh"
#include "agent/leader/system.hh"
#include "agent/leader/tree.hh"

#include <asm/poll.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace cirque::agent {

namespace {

struct Timespec {
    long seconds = 0;
    long nanos = 0;
};

std::int64_t nowMillis() {
    constexpr long monotonic = 1;
    Timespec time;
    sys::call(__NR_clock_gettime, monotonic, sys::address(&time));
    return time.seconds * 1000 + time.nanos / 1'000'000;
}

class Leader {
  public:
    Leader(const LeaderOptions& options, int self) : options_(options), tree_(self, options.scan) {}

    // Returns when the step's whole tree is gone.
    void run(char** environment) {
        watchChildren();
        start(environment);
        while (reap()) {
            flush();
            if (phase_ == Phase::Kill) {
                tree_.kill();
            }
            wait();
        }
        record(LeaderStatus::TreeGone, 0);
        flush();
    }

  private:
    enum class Phase { Run, Grace, Kill };

    void watchChildren() {
        // The leader outlives the terminal's and other people's signals: only the lifeline commands it.
        // SIGCHLD is at its default: were it ignored, the kernel would reap and the status would be lost.
        unsigned long all = ~0UL;
        sys::call(__NR_rt_sigprocmask, SIG_SETMASK, sys::address(&all), 0, sizeof all);

        struct Action {
            void* handler = nullptr;
            unsigned long flags = SA_NOCLDSTOP;
            void* restorer = nullptr;
            unsigned long mask = 0;
        };

        Action action;
        sys::call(__NR_rt_sigaction, SIGCHLD, sys::address(&action), 0, sizeof action.mask);
        unsigned long child = 1UL << (SIGCHLD - 1);
        signals_ =
            sys::call(__NR_signalfd4, -1, sys::address(&child), sizeof child, SFD_NONBLOCK | SFD_CLOEXEC);
        sys::call(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1);
        // what earlier steps left behind must neither trace the leader nor write to its pipes
        sys::call(__NR_prctl, PR_SET_DUMPABLE, 0);
        // were the leader stopped when its parent dies, it must go on to see that on the lifeline
        sys::call(__NR_prctl, PR_SET_PDEATHSIG, SIGCONT);
    }

    void start(char** environment) {
        closeOnExec();
        auto child = startChild(options_.program, environment);
        // the pipe of the step must end with the step, and its folder be free
        sys::close(0);
        sys::close(1);
        sys::close(2);
        sys::call(__NR_chdir, sys::address("/"));
        tree_.setGroup(child.pid);
        if (child.error != 0) {
            record(LeaderStatus::ExecFailed, child.error);
        } else {
            main_ = child.pid;
        }
    }

    static void closeOnExec() {
        constexpr int first = 3;
        constexpr int last = 4096; // only for kernels before 5.11
        if (sys::call(__NR_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
            for (int fd = first; fd < last; ++fd) {
                sys::call(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
            }
        }
    }

    // Takes every child that has ended. False: none is left.
    bool reap() {
        while (true) {
            int status = 0;
            auto pid = sys::call(__NR_wait4, -1, sys::address(&status), WNOHANG, 0);
            if (pid == 0) {
                return true;
            }
            if (pid < 0) {
                return false;
            }
            if (pid == main_ && WIFEXITED(status)) {
                record(LeaderStatus::Exited, WEXITSTATUS(status));
            } else if (pid == main_) {
                record(LeaderStatus::Signaled, WTERMSIG(status));
            }
        }
    }

    void wait() {
        struct Entry {
            int fd;
            short events;
            short revents;
        };

        Entry entries[2] = {{static_cast<int>(signals_), POLLIN, 0}, {options_.lifeline, POLLIN, 0}};
        Timespec timeout;
        if (phase_ == Phase::Grace) {
            auto left = deadline_ - nowMillis();
            left = left > 0 ? left : 0;
            timeout = {left / 1000, left % 1000 * 1'000'000};
        }
        auto ready = sys::call(__NR_ppoll, sys::address(entries), 2,
                               phase_ == Phase::Grace ? sys::address(&timeout) : 0, 0, 0);
        if (phase_ == Phase::Grace && nowMillis() >= deadline_) {
            phase_ = Phase::Kill;
        }
        if (ready <= 0) {
            return;
        }
        if (entries[0].revents != 0) {
            signalfd_siginfo info;
            sys::read(signals_, &info, sizeof info); // which child does not matter: all are taken
        }
        if (entries[1].revents != 0) {
            readLifeline();
        }
    }

    void readLifeline() {
        char commands[64];
        auto size = sys::read(options_.lifeline, commands, sizeof commands);
        if (size == -EAGAIN || size == -EINTR) {
            return;
        }
        if (size <= 0) { // the parent is gone
            options_.lifeline = -1;
            phase_ = Phase::Kill;
        }
        for (long at = 0; at < size; ++at) {
            obey(static_cast<LeaderCommand>(commands[at]));
        }
    }

    void obey(LeaderCommand command) {
        switch (command) {
        case LeaderCommand::Term:
        case LeaderCommand::End:
            if (phase_ == Phase::Run) {
                phase_ = Phase::Grace;
                deadline_ = nowMillis() + options_.graceMillis;
                tree_.terminate();
            }
            break;
        case LeaderCommand::Kill:
            phase_ = Phase::Kill;
            break;
        }
    }

    void record(LeaderStatus kind, int value) { records_[recorded_++] = {kind, value}; }

    // A parent that no longer listens is noticed on the lifeline.
    void flush() {
        if (recorded_ > 0) {
            sys::call(__NR_write, options_.status, sys::address(records_),
                      static_cast<long>(recorded_ * sizeof(StatusRecord)));
            recorded_ = 0;
        }
    }

    LeaderOptions options_;
    Tree tree_;
    long signals_ = -1;
    int main_ = 0;
    Phase phase_ = Phase::Run;
    std::int64_t deadline_ = 0;
    StatusRecord records_[4];
    unsigned long recorded_ = 0;
};

} // namespace

} // namespace cirque::agent

// `stack`: what the kernel put there, argc, the arguments, a null pointer, the environment, a null pointer.
extern "C" [[noreturn, gnu::used]] void cirqueLeaderMain(long* stack) {
    using namespace cirque::agent;
    auto argc = stack[0];
    auto** argv = reinterpret_cast<char**>(stack + 1);
    LeaderOptions options;
    if (!parseOptions(argv, options)) {
        static const char usage[] = "usage: cirque-leader --lifeline FD --status FD [--grace MS] [--walk "
                                    "children|scan] -- PROGRAM [ARG...]\n";
        sys::call(__NR_write, 2, sys::address(usage), sizeof usage - 1);
        sys::exit(2);
    }
    Leader leader(options, static_cast<int>(sys::call(__NR_getpid)));
    leader.run(argv + argc + 1);
    sys::exit(0);
}

#if defined(__x86_64__)
asm(".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call cirqueLeaderMain\n");
#else
asm(".globl _start\n_start:\n mov x29, #0\n mov x30, #0\n mov x0, sp\n bl cirqueLeaderMain\n");
#endif

// The compiler may call these for aggregates.
extern "C" [[gnu::used]] void* memset(void* to, int byte, unsigned long size) {
    auto* at = static_cast<volatile char*>(to);
    for (unsigned long done = 0; done < size; ++done) {
        at[done] = static_cast<char>(byte);
    }
    return to;
}

extern "C" [[gnu::used]] void* memcpy(void* to, const void* from, unsigned long size) {
    auto* at = static_cast<volatile char*>(to);
    const auto* source = static_cast<const char*>(from);
    for (unsigned long done = 0; done < size; ++done) {
        at[done] = source[done];
    }
    return to;
}
