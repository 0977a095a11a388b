// SPDX-License-Identifier: Apache-2.0
#include "nix/observe/calls.hh"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace cirque::nix::observe {
namespace {

constexpr auto table = std::to_array<Call>({
#ifdef SYS_open
    {SYS_open, CallKind::Open, 0, -1, 1},
    {SYS_stat, CallKind::Look},
    {SYS_lstat, CallKind::Look},
    {SYS_access, CallKind::Look},
    {SYS_readlink, CallKind::Look},
#endif
    {SYS_openat, CallKind::Open, 1, 0, 2},
    {SYS_openat2, CallKind::Open, 1, 0},
    {SYS_newfstatat, CallKind::Look, 1, 0},
    {SYS_statx, CallKind::Look, 1, 0},
    {SYS_faccessat, CallKind::Look, 1, 0},
    {SYS_faccessat2, CallKind::Look, 1, 0},
    {SYS_readlinkat, CallKind::Look, 1, 0},
    {SYS_execve, CallKind::Open},
    {SYS_execveat, CallKind::Open, 1, 0},
    {SYS_getxattr, CallKind::Look},
    {SYS_lgetxattr, CallKind::Look},
    {SYS_listxattr, CallKind::Look},
    {SYS_llistxattr, CallKind::Look},
    {SYS_statfs, CallKind::Look},
    {SYS_connect, CallKind::Connect, 1},
    {SYS_chroot, CallKind::Opaque},
    {SYS_pivot_root, CallKind::Opaque},
    {SYS_mount, CallKind::Opaque},
    {SYS_open_by_handle_at, CallKind::Opaque},
    {SYS_io_uring_setup, CallKind::Opaque},
});

#if defined(__x86_64__)
constexpr unsigned architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned architecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned architecture = 0; // nothing is native: every call is foreign, no observation complete
#endif

constexpr unsigned foreignBit = 0x40000000; // x32 calls on x86-64

sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}

sock_filter jump(unsigned short test, unsigned value, std::size_t whenTrue, std::size_t whenFalse) {
    return {static_cast<unsigned short>(BPF_JMP | test | BPF_K), static_cast<unsigned char>(whenTrue),
            static_cast<unsigned char>(whenFalse), value};
}

} // namespace

std::span<const Call> calls() {
    return table;
}

const Call* findCall(long number) {
    const auto found = std::ranges::find(table, number, &Call::number);
    return found == table.end() ? nullptr : &*found;
}

unsigned nativeArchitecture() {
    return architecture;
}

bool installFilter() {
    std::vector<sock_filter> code;
    // the last two instructions are "let it go on" and "stop it"
    code.push_back(load(offsetof(seccomp_data, arch)));
    code.push_back(jump(BPF_JEQ, architecture, 0, table.size() + 3));
    code.push_back(load(offsetof(seccomp_data, nr)));
    code.push_back(jump(BPF_JGE, foreignBit, table.size() + 1, 0));
    for (std::size_t i = 0; i < table.size(); ++i) {
        code.push_back(jump(BPF_JEQ, static_cast<unsigned>(table[i].number), table.size() - i, 0));
    }
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

} // namespace cirque::nix::observe
