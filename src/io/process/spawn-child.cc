// SPDX-License-Identifier: Apache-2.0
#include "io/process/spawn-child.hh"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace cirque::io::detail {

namespace {

constexpr int kernelSignals = 64;
constexpr std::size_t maskBytes = kernelSignals / 8;

// The kernel's struct sigaction, all zero: the default action. The C library's sigaction would refuse the two
// signals it keeps for itself, which the child must not inherit ignored or blocked either.
struct DefaultAction {
    std::array<unsigned long, 4> words{};
};

// The address sanitizer would keep marks of these frames, which never return.
#define CIRQUE_CHILD_CODE __attribute__((no_sanitize("address", "undefined"), noinline))

CIRQUE_CHILD_CODE void setMask(const unsigned long* wanted, unsigned long* old) {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, wanted, old, maskBytes);
}

CIRQUE_CHILD_CODE bool place(const Placement& placement) {
    if (placement.source == placement.target) {
        return ::fcntl(placement.target, F_SETFD, 0) == 0;
    }
    if (placement.source >= 0) {
        return ::dup2(placement.source, placement.target) == placement.target;
    }
    ::close(placement.target); // then it mostly is the lowest that is free
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0 || null == placement.target) {
        return null >= 0;
    }
    const bool placed = ::dup2(null, placement.target) == placement.target;
    ::close(null);
    return placed;
}

CIRQUE_CHILD_CODE bool isTarget(const SpawnPlan& plan, int fd) {
    for (int at = 0; at < plan.placementCount; ++at) {
        if (plan.placements[at].target == fd) {
            return true;
        }
    }
    return false;
}

// What this process itself inherited without close-on-exec goes no further.
CIRQUE_CHILD_CODE void closeRest(const SpawnPlan& plan) {
    for (int fd = 3; fd < plan.highest; ++fd) {
        if (!isTarget(plan, fd)) {
            ::close(fd);
        }
    }
    constexpr int last = 4096; // only for kernels before 5.9
    if (::syscall(SYS_close_range, plan.highest + 1, ~0U, 0) != 0) {
        for (int fd = plan.highest + 1; fd < last; ++fd) {
            ::close(fd);
        }
    }
}

// As execvp(3) chooses among the folders of PATH, but a file that is no program is not given to a shell.
CIRQUE_CHILD_CODE int execute(const SpawnPlan& plan) {
    int error = ENOENT;
    for (const char* const* program = plan.programs; *program != nullptr; ++program) {
        ::execve(*program, plan.argv, plan.env);
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
            return errno;
        }
        error = errno == EACCES ? EACCES : error;
    }
    return error;
}

// False also when the parent has ended before: then no signal would ever come.
CIRQUE_CHILD_CODE bool endWithParent(const SpawnPlan& plan) {
    if (plan.parentDeath == 0) {
        return true;
    }
    if (::prctl(PR_SET_PDEATHSIG, plan.parentDeath) != 0) {
        return false;
    }
    errno = ESRCH;
    return ::getppid() == plan.parent;
}

CIRQUE_CHILD_CODE bool becomeChild(const SpawnPlan& plan) {
    if (::setpgid(0, 0) != 0 || !endWithParent(plan)) {
        return false;
    }
    for (int at = 0; at < plan.placementCount; ++at) {
        if (!place(plan.placements[at])) {
            return false;
        }
    }
    closeRest(plan);
    if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) {
        return false;
    }
    if (plan.resetSignals) {
        const DefaultAction action;
        for (int signal = 1; signal <= kernelSignals; ++signal) {
            ::syscall(SYS_rt_sigaction, signal, &action, nullptr, maskBytes);
        }
        const unsigned long none = 0;
        setMask(&none, nullptr);
    }
    return true;
}

CIRQUE_CHILD_CODE int runChild(void* argument) {
    auto& plan = *static_cast<SpawnPlan*>(argument);
    plan.error = becomeChild(plan) ? execute(plan) : errno;
    ::_exit(127);
}

} // namespace

Spawned spawnChild(SpawnPlan& plan) {
    constexpr std::size_t stackBytes = 32U << 10U;
    alignas(16) std::array<std::byte, stackBytes> stack; // NOLINT(*-member-init): the child's, from its end
    const unsigned long all = ~0UL;
    unsigned long before = 0;
    setMask(&all, &before); // a handler must not run in the child
    Spawned child;
    plan.error = 0;
    child.pid = ::clone(runChild, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                        &plan, &child.pidfd);
    if (child.pid < 0) {
        plan.error = errno;
    }
    setMask(&before, nullptr);
    if (child.pid > 0 && plan.error != 0) {
        ::close(child.pidfd);
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED) != 0 && errno == EINTR) {
        }
        return {};
    }
    return child;
}

} // namespace cirque::io::detail
