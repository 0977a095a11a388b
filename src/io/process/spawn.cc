// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cirque::io {

namespace {

class FileActions {
  public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    // `wanted`: {descriptor here or -1 for /dev/null, its number in the child}. Returns an errno.
    int place(std::vector<std::pair<int, int>> wanted, const std::string& cwd) {
        int highest = 2;
        for (const auto& [source, target] : wanted) {
            highest = std::max(highest, target);
        }
        for (auto& [source, target] : wanted) {
            // a source that is another one's target would be overwritten before its turn
            if (source >= 0 && source <= highest && source != target) {
                UniqueFd moved(::fcntl(source, F_DUPFD_CLOEXEC, highest + 1));
                if (!moved) {
                    return errno;
                }
                source = moved.get();
                moved_.push_back(std::move(moved));
            }
        }
        std::vector<bool> used(static_cast<std::size_t>(highest) + 1);
        for (const auto& [source, target] : wanted) {
            used[static_cast<std::size_t>(target)] = true;
            int error = source < 0
                            ? posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDWR, 0)
                            : posix_spawn_file_actions_adddup2(&actions_, source, target);
            if (error != 0) {
                return error;
            }
        }
        for (int fd = 3; fd < highest; ++fd) {
            if (!used[static_cast<std::size_t>(fd)]) {
                posix_spawn_file_actions_addclose(&actions_, fd);
            }
        }
        // what this process itself inherited without close-on-exec goes no further
        int error = posix_spawn_file_actions_addclosefrom_np(&actions_, highest + 1);
        if (error == 0 && !cwd.empty()) {
            error = posix_spawn_file_actions_addchdir_np(&actions_, cwd.c_str());
        }
        return error;
    }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_;
    std::vector<UniqueFd> moved_;
};

class Attributes {
  public:
    explicit Attributes(bool resetSignals) {
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setpgroup(&attributes_, 0);
        const int reset = resetSignals ? POSIX_SPAWN_SETSIGDEF : 0;
        posix_spawnattr_setflags(&attributes_,
                                 static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP | reset));
    }

    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;

    ~Attributes() { posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (const auto& word : words) {
        out.push_back(const_cast<char*>(word.c_str()));
    }
    out.push_back(nullptr);
    return out;
}

// posix_spawn says one errno for many steps; tell the missing folder and the missing program apart.
Error spawnError(int error, const SpawnOptions& options) {
    const auto& program = options.argv[0];
    struct stat info{};
    if (!options.cwd.empty() && (::stat(options.cwd.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))) {
        return Error{ErrorCode::Process,
                     fmt::format("cannot start {}: its folder {} is not there", program, options.cwd),
                     {},
                     {}};
    }
    bool bare = program.find('/') == std::string::npos;
    bool absolute = program.starts_with('/');
    if (error == ENOENT && (bare || (absolute && ::access(program.c_str(), F_OK) != 0))) {
        return Error{ErrorCode::MissingTool,
                     fmt::format("cannot start {}: there is no such program", program),
                     bare ? "install it, or add its folder to PATH" : "",
                     {}};
    }
    if (error == E2BIG) {
        return Error{ErrorCode::Process,
                     fmt::format("cannot start {}: its arguments and environment are too large", program),
                     "pass large values in files",
                     {}};
    }
    return Error{
        ErrorCode::Process, fmt::format("cannot start {}: {}", program, std::strerror(error)), {}, {}};
}

} // namespace

Result<Process> Process::spawn(const SpawnOptions& options) {
    FileActions actions;
    std::vector<std::pair<int, int>> wanted{{options.in, 0}, {options.out, 1}, {options.err, 2}};
    wanted.insert(wanted.end(), options.keep.begin(), options.keep.end());
    if (int error = actions.place(std::move(wanted), options.cwd); error != 0) {
        return fail(spawnError(error, options));
    }
    Attributes attributes(options.resetSignals);
    auto argv = pointers(options.argv);
    std::vector<char*> env;
    if (options.env) {
        env = pointers(*options.env);
    }
    Process process;
    int error = ::posix_spawnp(&process.pid_, argv[0], actions.get(), attributes.get(), argv.data(),
                               options.env ? env.data() : environ);
    if (error != 0) {
        process.pid_ = -1;
        return fail(spawnError(error, options));
    }
    process.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0)));
    if (!process.pidfd_) {
        return fail(systemError(errno, "watch the process", options.argv[0])); // the destructor ends it
    }
    return process;
}

} // namespace cirque::io
