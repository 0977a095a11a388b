// SPDX-License-Identifier: Apache-2.0
#include "agent/leader/child.hh"

#include "agent/leader/processors.hh"
#include "agent/leader/system.hh"

#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>

namespace cirque::agent {

namespace {

constexpr int kernelSignals = 64;

// The kernel's struct sigaction, all zero: the default action.
struct DefaultAction {
    unsigned long words[4] = {};
};

// Runs in the leader's memory while the leader waits (vfork), so it writes nothing but `error` and its own
// frame.
[[noreturn, gnu::noinline]] void runChild(char** argv, char** environment, const Beside& beside,
                                          volatile int* error) {
    sys::call(__NR_setsid);
    // the kernel delivers this when the leader dies by other hands; the tree's rest then has no keeper, but
    // no main
    sys::call(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
    DefaultAction action;
    for (int signal = 1; signal <= kernelSignals; ++signal) {
        sys::call(__NR_rt_sigaction, signal, sys::address(&action), 0, kernelSignals / 8);
    }
    unsigned long none = 0;
    sys::call(__NR_rt_sigprocmask, SIG_SETMASK, sys::address(&none), 0, kernelSignals / 8);
    beside.release();
    auto result =
        sys::call(__NR_execve, sys::address(argv[0]), sys::address(argv), sys::address(environment));
    *error = static_cast<int>(-result);
    sys::exit(127);
}

} // namespace

StartedChild startChild(char** argv, char** environment) {
    volatile int error = 0;
    const Beside beside;
    auto pid = sys::call(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD);
    if (pid == 0) {
        runChild(argv, environment, beside, &error);
    }
    beside.release();
    if (pid < 0) {
        return {0, static_cast<int>(-pid)};
    }
    return {static_cast<int>(pid), error};
}

} // namespace cirque::agent
