// SPDX-License-Identifier: Apache-2.0
// The system calls that a sandbox has no use for, as a filter for the kernel (seccomp(2)): those that make
// namespaces and mounts, and those whose subjects belong to no namespace (keyrings, the kernel's log,
// vsock, io_uring, the terminal's input).
#pragma once

#include <string>

namespace cirque::exec {

// A row of struct sock_filter for this processor and, on x86_64, for its 32-bit programs. Pure.
std::string sandboxFilter();

} // namespace cirque::exec
