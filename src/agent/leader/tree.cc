// SPDX-License-Identifier: Apache-2.0
#include "agent/leader/tree.hh"

#include "agent/leader/proc.hh"

#include <signal.h>

namespace cirque::agent {

namespace {

// Static: pages that are never touched cost nothing, and there is no heap.
constexpr int capacity = 1 << 16;
constexpr int highestPid = 1 << 22; // PID_MAX_LIMIT
constexpr int maxPasses = 50;
int pids[capacity];
unsigned char seen[highestPid / 8];

bool isSeen(int pid) {
    return (seen[pid / 8] >> (pid % 8) & 1) != 0;
}

} // namespace

Tree::Tree(int self, bool scan) : self_(self), scan_(scan) {}

bool Tree::add(int pid) {
    if (pid >= highestPid || count_ == capacity || isSeen(pid)) {
        return false;
    }
    seen[pid / 8] = static_cast<unsigned char>(seen[pid / 8] | 1 << (pid % 8));
    pids[count_++] = pid;
    sys::kill(pid, SIGSTOP);
    return true;
}

int Tree::addChildrenOf(int pid) {
    int added = 0;
    proc::Path tasks;
    tasks << "/proc/" << pid << "/task";
    proc::forEachNumber(tasks, [&](int task) {
        proc::Path children;
        children << "/proc/" << pid << "/task/" << task << "/children";
        proc::forEachWord(children, [&](int child) { added += add(child) ? 1 : 0; });
    });
    return added;
}

int Tree::extendByScan() {
    int added = 0;
    int before = -1;
    while (before != added) { // a child's number may be below its parent's
        before = added;
        proc::forEachNumber(proc::Path() << "/proc", [&](int pid) {
            if (pid >= highestPid || isSeen(pid)) {
                return;
            }
            int parent = proc::parentOf(pid);
            if (parent == self_ || (parent > 0 && parent < highestPid && isSeen(parent))) {
                added += add(pid) ? 1 : 0;
            }
        });
    }
    return added;
}

int Tree::extend() {
    if (!scan_) {
        proc::Path own;
        own << "/proc/" << self_ << "/task/" << self_ << "/children";
        scan_ = !proc::forEachWord(own, [](int) {});
    }
    if (scan_) {
        return extendByScan();
    }
    int added = addChildrenOf(self_);
    for (int at = 0; at < count_; ++at) { // grows while it is walked
        added += addChildrenOf(pids[at]);
    }
    return added;
}

// Stops every descendant, so that none forks between being found and being signalled. A stop that meets a
// fork in progress lets it finish: hence again until a pass finds nobody new. Stopped processes also keep
// their slots, so that a fork bomb at the limit of processes cannot replace what is killed.
void Tree::freeze() {
    for (int at = 0; at < count_; ++at) {
        seen[pids[at] / 8] = 0;
    }
    count_ = 0;
    for (int pass = 0; pass < maxPasses && extend() != 0; ++pass) {
    }
}

bool Tree::usable() const {
    // in a process namespace of its own with the outer /proc, its numbers are other people's processes
    char buffer[12] = {};
    constexpr long here = -100; // AT_FDCWD
    auto size =
        sys::call(__NR_readlinkat, here, sys::address("/proc/self"), sys::address(buffer), sizeof buffer - 1);
    return size > 0 && proc::parsePid(buffer) == self_;
}

void Tree::terminate() {
    if (!usable()) {
        sys::kill(-group_, SIGTERM);
        sys::kill(-group_, SIGCONT);
        return;
    }
    freeze();
    for (int at = 0; at < count_; ++at) {
        sys::kill(pids[at], SIGTERM);
    }
    // children first: a shell that wakes before its child would report it as stopped
    for (int at = count_ - 1; at >= 0; --at) {
        sys::kill(pids[at], SIGCONT);
    }
}

void Tree::kill() {
    if (!usable()) {
        sys::kill(-group_, SIGKILL);
        return;
    }
    freeze();
    for (int at = 0; at < count_; ++at) {
        sys::kill(pids[at], SIGKILL);
    }
}

} // namespace cirque::agent
