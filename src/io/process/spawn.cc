// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "io/process/process.hh"
#include "io/process/spawn-child.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cirque::io {

namespace {

// The descriptors of the child, in the order they are placed.
class Placements {
  public:
    // `wanted`: {descriptor here or -1 for /dev/null, its number in the child}. Returns an errno.
    int take(const std::vector<std::pair<int, int>>& wanted) {
        for (const auto& [source, target] : wanted) {
            highest_ = std::max(highest_, target);
        }
        placements_.reserve(wanted.size());
        for (const auto& [source, target] : wanted) {
            placements_.push_back({source, target});
            // a source that is another one's target would be overwritten before its turn
            if (source >= 0 && source <= highest_ && source != target) {
                UniqueFd moved(::fcntl(source, F_DUPFD_CLOEXEC, highest_ + 1));
                if (!moved) {
                    return errno;
                }
                placements_.back().source = moved.get();
                moved_.push_back(std::move(moved));
            }
        }
        return 0;
    }

    void into(detail::SpawnPlan& plan) const {
        plan.placements = placements_.data();
        plan.placementCount = static_cast<int>(placements_.size());
        plan.highest = highest_;
    }

  private:
    std::vector<detail::Placement> placements_;
    int highest_ = 2;
    std::vector<UniqueFd> moved_;
};

// PATH of this process; as execvp(3) has it where there is none.
std::string_view searchPath() {
    constexpr std::string_view name = "PATH=";
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        if (std::string_view(*entry).starts_with(name)) {
            return std::string_view(*entry).substr(name.size());
        }
    }
    return "/bin:/usr/bin";
}

// Where the program may lie, as execvp(3) looks for it.
std::vector<std::string> candidates(const std::string& program) {
    if (program.contains('/')) {
        return {program};
    }
    std::vector<std::string> paths;
    for (const std::string_view folder : split(searchPath(), ':')) {
        paths.push_back(folder.empty() ? program : fmt::format("{}/{}", folder, program));
    }
    return paths;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (const auto& word : words) {
        out.push_back(const_cast<char*>(word.c_str()));
    }
    out.push_back(nullptr);
    return out;
}

// The child says one errno for many steps; tell the missing folder and the missing program apart.
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
    Placements placements;
    std::vector<std::pair<int, int>> wanted{{options.in, 0}, {options.out, 1}, {options.err, 2}};
    wanted.insert(wanted.end(), options.keep.begin(), options.keep.end());
    if (int error = placements.take(wanted); error != 0) {
        return fail(spawnError(error, options));
    }
    const auto paths = candidates(options.argv[0]);
    const auto programs = pointers(paths);
    const auto argv = pointers(options.argv);
    const auto env = options.env ? pointers(*options.env) : std::vector<char*>{};
    detail::SpawnPlan plan;
    placements.into(plan);
    plan.programs = programs.data();
    plan.argv = argv.data();
    plan.env = options.env ? env.data() : environ;
    plan.cwd = options.cwd.empty() ? nullptr : options.cwd.c_str();
    plan.resetSignals = options.resetSignals;
    plan.parentDeath = options.parentDeath;
    plan.parent = ::getpid();
    const detail::Spawned spawned = detail::spawnChild(plan);
    if (spawned.pid < 0) {
        return fail(spawnError(plan.error, options));
    }
    Process process;
    process.pid_ = spawned.pid;
    process.pidfd_.reset(spawned.pidfd);
    return process;
}

} // namespace cirque::io
