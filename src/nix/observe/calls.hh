// SPDX-License-Identifier: Apache-2.0
// The system calls at which an observed program is stopped, and where their arguments are.
#pragma once

#include <span>

namespace cirque::nix::observe {

enum class CallKind {
    Look,    // tells that a path is there, or what kind of file
    Open,    // the same, and opens it; `flags` says how
    Connect, // to another process or machine; `path` is the address
    Opaque,  // changes what paths mean, or hides later calls
};

struct Call {
    long number;
    CallKind kind;
    int path = 0;    // which argument
    int folder = -1; // which argument is the folder of a relative path; -1: the current one
    int flags = -1;
};

// Of this machine's instruction set. Short, so that a filter of 8-bit jumps can hold it.
std::span<const Call> calls();

const Call* findCall(long number);

// Makes the kernel stop this process, and what it starts, at these calls, and at every call of a foreign
// instruction set. The process must be traced. False: refused.
bool installFilter();

// PTRACE_GET_SYSCALL_INFO's name for this machine's instruction set.
unsigned nativeArchitecture();

} // namespace cirque::nix::observe
