// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/seccomp.hh"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cirque::exec {

namespace {

enum class When { Always, HasBits, Equals };

// Numbers are from the kernel's tables (arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h); -1:
// there is no such call.
struct Rule {
    int x64;
    int x32; // of 32-bit x86 programs
    int arm64;
    int error = EPERM;
    When when = When::Always;
    unsigned argument = 0;
    std::uint32_t value = 0;
};

constexpr std::uint32_t newUser = 0x10000000; // CLONE_NEWUSER
constexpr std::uint32_t pushInput = 0x5412;   // TIOCSTI
constexpr std::uint32_t consoleCall = 0x541c; // TIOCLINUX
constexpr std::uint32_t vsock = 40;           // AF_VSOCK

constexpr std::array rules{
    Rule{165, 21, 40},                                        // mount
    Rule{166, 52, 39},                                        // umount2
    Rule{-1, 22, -1},                                         // umount
    Rule{155, 217, 41},                                       // pivot_root
    Rule{308, 346, 268},                                      // setns
    Rule{428, 428, 428},                                      // open_tree
    Rule{429, 429, 429},                                      // move_mount
    Rule{430, 430, 430},                                      // fsopen
    Rule{431, 431, 431},                                      // fsconfig
    Rule{432, 432, 432},                                      // fsmount
    Rule{433, 433, 433},                                      // fspick
    Rule{442, 442, 442},                                      // mount_setattr
    Rule{425, 425, 425, ENOSYS},                              // io_uring_setup
    Rule{426, 426, 426, ENOSYS},                              // io_uring_enter
    Rule{427, 427, 427, ENOSYS},                              // io_uring_register
    Rule{248, 286, 217},                                      // add_key
    Rule{249, 287, 218},                                      // request_key
    Rule{250, 288, 219},                                      // keyctl
    Rule{321, 357, 280},                                      // bpf
    Rule{298, 336, 241},                                      // perf_event_open
    Rule{323, 374, 282},                                      // userfaultfd
    Rule{246, 283, 104},                                      // kexec_load
    Rule{320, -1, 294},                                       // kexec_file_load
    Rule{175, 128, 105},                                      // init_module
    Rule{313, 350, 273},                                      // finit_module
    Rule{176, 129, 106},                                      // delete_module
    Rule{103, 103, 116},                                      // syslog
    Rule{304, 342, 265},                                      // open_by_handle_at
    Rule{435, 435, 435, ENOSYS},                              // clone3: its flags cannot be looked at
    Rule{56, 120, 220, EPERM, When::HasBits, 0, newUser},     // clone
    Rule{272, 310, 97, EPERM, When::HasBits, 0, newUser},     // unshare
    Rule{16, 54, 29, EPERM, When::Equals, 1, pushInput},      // ioctl
    Rule{16, 54, 29, EPERM, When::Equals, 1, consoleCall},    // ioctl
    Rule{41, 359, 198, EAFNOSUPPORT, When::Equals, 0, vsock}, // socket
    Rule{-1, 102, -1, ENOSYS},                                // socketcall: the same
};

class Program {
  public:
    void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)); }

    void answer(std::uint32_t what) { add(BPF_RET | BPF_K, 0, 0, what); }

    void refuse(int error) { answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)); }

    // The rules for one architecture; what is of another goes on behind them.
    void section(std::uint32_t architecture, int Rule::* number) {
        Program body;
        body.load(offsetof(seccomp_data, nr));
        if (architecture == AUDIT_ARCH_X86_64) {
            constexpr std::uint32_t otherAbi = 0x40000000; // "x32", with numbers of its own
            body.add(BPF_JMP | BPF_JGE | BPF_K, 0, 1, otherAbi);
            body.refuse(ENOSYS);
        }
        for (const Rule& rule : rules) {
            if (rule.*number >= 0) {
                body.rule(rule, static_cast<std::uint32_t>(rule.*number));
            }
        }
        body.answer(SECCOMP_RET_ALLOW);
        load(offsetof(seccomp_data, arch));
        add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, architecture);
        add(BPF_JMP | BPF_JA, 0, 0, static_cast<std::uint32_t>(body.code_.size()));
        code_.insert(code_.end(), body.code_.begin(), body.code_.end());
    }

    [[nodiscard]] std::string bytes() const {
        return {reinterpret_cast<const char*>(code_.data()), code_.size() * sizeof(sock_filter)};
    }

  private:
    void add(int code, std::uint8_t yes, std::uint8_t no, std::uint32_t value) {
        code_.push_back({static_cast<std::uint16_t>(code), yes, no, value});
    }

    void rule(const Rule& rule, std::uint32_t number) {
        if (rule.when == When::Always) {
            add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number);
            refuse(rule.error);
            return;
        }
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number);
        load(offsetof(seccomp_data, args) + rule.argument * sizeof(std::uint64_t)); // its lower half
        add(BPF_JMP | (rule.when == When::HasBits ? BPF_JSET : BPF_JEQ) | BPF_K, 0, 1, rule.value);
        refuse(rule.error);
        load(offsetof(seccomp_data, nr));
    }

    std::vector<sock_filter> code_;
};

} // namespace

std::string sandboxFilter() {
    Program program;
#if defined(__x86_64__)
    program.section(AUDIT_ARCH_X86_64, &Rule::x64);
    program.section(AUDIT_ARCH_I386, &Rule::x32);
#else
    program.section(AUDIT_ARCH_AARCH64, &Rule::arm64);
#endif
    program.refuse(ENOSYS);
    return program.bytes();
}

} // namespace cirque::exec
