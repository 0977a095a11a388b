// SPDX-License-Identifier: Apache-2.0
#include "nix/observe/observe.hh"

#include "base/text.hh"
#include "io/process/fd.hh"
#include "nix/observe/calls.hh"
#include "nix/observe/observation.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>

namespace cirque::nix {
namespace {

using observe::Call;
using observe::CallKind;

constexpr std::array passedOn{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int cannotStart = 127;
// Looked at by the program's process itself before it becomes the program: proves that stops arrive and that
// arguments can be read.
constexpr const char* mark = "/cirque-observes";

void forEachSignal(sighandler_t action) {
    for (const int number : passedOn) {
        ::signal(number, action);
    }
}

[[noreturn]] void become(const std::vector<std::string>& argv) {
    std::vector<char*> words;
    for (const std::string& word : argv) {
        words.push_back(const_cast<char*>(word.c_str())); // NOLINT: execvp takes what it does not change
    }
    words.push_back(nullptr);
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
        ::raise(SIGSTOP); // until the tracer has said what it wants to be told
        if (observe::installFilter()) {
            std::ignore = ::access(mark, F_OK);
        }
    }
    forEachSignal(SIG_DFL);
    ::signal(SIGPIPE, SIG_DFL);
    ::execvp(words.front(), words.data());
    fmt::print(stderr, "cirque: cannot start {}: {}\n", argv.front(), std::strerror(errno));
    ::_exit(cannotStart);
}

// At most `size` bytes of a stopped process, fewer at the end of what it has mapped.
std::string peek(pid_t pid, std::uint64_t address, std::size_t size) {
    std::string bytes(size, '\0');
    const iovec here{bytes.data(), size};
    const iovec there{reinterpret_cast<void*>(address), size}; // NOLINT: an address of another process
    const ssize_t got = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
}

// nullopt: not readable, or longer than a path can be.
std::optional<std::string> peekText(pid_t pid, std::uint64_t address) {
    constexpr std::uint64_t page = 4096; // reading ends where the next page may be missing
    std::string text;
    while (text.size() < PATH_MAX) {
        const std::string piece = peek(pid, address, page - address % page);
        const std::size_t end = piece.find('\0');
        if (end != std::string::npos) {
            return text.append(piece, 0, end);
        }
        if (piece.empty()) {
            return std::nullopt;
        }
        text += piece;
        address += piece.size();
    }
    return std::nullopt;
}

std::optional<std::string> readLink(const std::string& path) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
    if (size <= 0 || buffer[0] != '/') {
        return std::nullopt;
    }
    std::string target(buffer.data(), static_cast<std::size_t>(size));
    return target.ends_with(" (deleted)") ? std::nullopt : std::optional(std::move(target));
}

bool isThreadOf(pid_t thread, pid_t process) {
    const Result<std::string> status = io::readFile(fmt::format("/proc/{}/status", thread));
    return status && status->contains(fmt::format("\nTgid:\t{}\n", process));
}

class Observer {
  public:
    explicit Observer(pid_t program) : program_(program) {}

    // Until the program has ended; its wait status.
    int run() {
        int status = 0;
        while (true) {
            const pid_t pid = ::waitpid(-1, &status, __WALL);
            if (pid < 0 && errno != EINTR) {
                return status;
            }
            if (pid > 0 && !WIFSTOPPED(status)) {
                own_.erase(pid);
                if (pid == program_) {
                    return status;
                }
            } else if (pid > 0) {
                stopped(pid, status);
            }
        }
    }

    Observation take() {
        observation_.complete = marked_ && !opaque_;
        return std::move(observation_);
    }

  private:
    void stopped(pid_t pid, int status) {
        const bool first = !own_.contains(pid);
        if (first) {
            own_[pid] = pid == program_ || isThreadOf(pid, program_);
            observation_.programs = observation_.programs || !own_[pid];
        }
        if (first && pid == program_) {
            constexpr auto options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                                     PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
            opaque_ = ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, options) != 0;
        }
        const int event = status >> 16;
        if (event == PTRACE_EVENT_SECCOMP && own_[pid]) {
            call(pid);
        }
        // a new task begins with a stop that is not its own
        const int signal = event != 0 || (first && WSTOPSIG(status) == SIGSTOP) ? 0 : WSTOPSIG(status);
        ::ptrace(PTRACE_CONT, pid, nullptr, signal);
    }

    void call(pid_t pid) {
        __ptrace_syscall_info info{};
        const long got = ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (got <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
            info.arch != observe::nativeArchitecture()) {
            opaque_ = true;
            return;
        }
        const Call* known = observe::findCall(static_cast<long>(info.seccomp.nr));
        if (known == nullptr || known->kind == CallKind::Opaque) {
            opaque_ = true;
        } else if (known->kind == CallKind::Connect) {
            connects(pid, info.seccomp.args[known->path]);
        } else {
            looks(pid, *known, info.seccomp.args);
        }
    }

    void connects(pid_t pid, std::uint64_t address) {
        const std::string bytes = peek(pid, address, sizeof(sa_family_t));
        sa_family_t family = AF_UNSPEC;
        std::memcpy(&family, bytes.data(), bytes.size());
        // the sockets of this machine are the daemon of the store and of name services
        observation_.network = observation_.network || family != AF_UNIX;
    }

    void looks(pid_t pid, const Call& known, std::span<const std::uint64_t> arguments) {
        if (arguments[known.path] == 0) {
            return; // the kernel refuses it, or means the descriptor itself
        }
        std::optional<std::string> path = peekText(pid, arguments[known.path]);
        if (path && path->empty()) {
            return; // the descriptor itself, or refused
        }
        if (path && !path->starts_with('/')) {
            const int folder = known.folder < 0 ? AT_FDCWD : static_cast<int>(arguments[known.folder]);
            const auto base = readLink(folder == AT_FDCWD ? fmt::format("/proc/{}/cwd", pid)
                                                          : fmt::format("/proc/{}/fd/{}", pid, folder));
            path = base ? std::optional(*base + "/" + *path) : std::nullopt;
        }
        if (!path) {
            opaque_ = true;
            return;
        }
        marked_ = marked_ || *path == mark;
        const bool pathOnly = known.flags >= 0 && (arguments[known.flags] & O_PATH) != 0;
        add({.path = std::move(*path), .opened = known.kind == CallKind::Open && !pathOnly});
    }

    void add(Look look) {
        if (look.path != mark && seen_.insert((look.opened ? "o" : "s") + look.path).second) {
            observation_.looks.push_back(std::move(look));
        }
    }

    pid_t program_;
    std::unordered_map<pid_t, bool> own_; // tasks under way: whether they belong to the program's process
    std::unordered_set<std::string> seen_;
    bool marked_ = false;
    bool opaque_ = false;
    Observation observation_;
};

// Ends this process as the program ended.
int endLike(int status) {
    if (!WIFSIGNALED(status)) {
        return WEXITSTATUS(status);
    }
    const rlimit none{0, 0};
    std::ignore = ::setrlimit(RLIMIT_CORE, &none);
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
    constexpr int signalBase = 128;
    return signalBase + WTERMSIG(status);
}

} // namespace

int runObserved(int recordFd, const std::vector<std::string>& argv) {
    forEachSignal(SIG_IGN);
    const pid_t program = ::fork();
    if (program < 0) {
        fmt::print(stderr, "cirque: cannot start {}: {}\n", argv.front(), std::strerror(errno));
        return cannotStart;
    }
    if (program == 0) {
        ::close(recordFd);
        become(argv);
    }
    Observer observer(program);
    const int status = observer.run();
    // without it the observation is not complete, and that is all there is to say
    std::ignore = io::writeAll(recordFd, toRecords(observer.take()), "what was observed");
    return endLike(status);
}

} // namespace cirque::nix
