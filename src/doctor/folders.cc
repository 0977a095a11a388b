// SPDX-License-Identifier: Apache-2.0
// The folders a run writes to.
#include "doctor/checks.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace cirque::doctor {
namespace {

constexpr std::int64_t scarce = std::int64_t{1} << 30; // bytes
constexpr std::int64_t hopeless = std::int64_t{16} << 20;

// statfs(2); xfs and zfs are not in linux/magic.h.
constexpr std::array<std::pair<unsigned long, std::string_view>, 9> fileSystems{{
    {EXT4_SUPER_MAGIC, "ext4"},
    {BTRFS_SUPER_MAGIC, "btrfs"},
    {0x58465342, "xfs"},
    {0x2fc12fc1, "zfs"},
    {TMPFS_MAGIC, "tmpfs"},
    {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
    {NFS_SUPER_MAGIC, "nfs"},
    {F2FS_SUPER_MAGIC, "f2fs"},
    {0xca451a4e, "bcachefs"},
}};

std::string fileSystemOf(const std::string& path) {
    struct statfs facts{};
    if (statfs(path.c_str(), &facts) != 0) {
        return "unknown file system";
    }
    const auto kind = static_cast<unsigned long>(facts.f_type) & 0xffffffffUL;
    const auto found =
        std::ranges::find(fileSystems, kind, &std::pair<unsigned long, std::string_view>::first);
    return found == fileSystems.end() ? fmt::format("file system {:#x}", kind) : std::string(found->second);
}

// A file as runs write them; and whether another file may share its blocks.
Result<bool> tryWriting(const std::string& folder) {
    CIRQUE_TRY(io::makeFolders(folder, 0700));
    const std::string from = fmt::format("{}/.doctor-{}", folder, getpid());
    const std::string to = from + "-clone";
    constexpr std::size_t block = 4096;
    CIRQUE_TRY(io::writeFileAtomic(from, std::string(block, 'x'), 0600));
    const io::UniqueFd source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
    const io::UniqueFd target(open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const bool shares = source && target && ioctl(target.get(), FICLONE, source.get()) == 0;
    (void)unlink(from.c_str());
    (void)unlink(to.c_str());
    return shares;
}

Finding space(const std::string& folder) {
    struct statvfs facts{};
    if (statvfs(folder.c_str(), &facts) != 0) {
        return {"disk", Health::Warning, systemError(errno, "look at the space of", folder).message, "", ""};
    }
    const auto free = static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
    const std::string fact = fmt::format("{:.1f} GiB free for {}",
                                         static_cast<double>(free) / static_cast<double>(scarce), folder);
    if (free >= scarce) {
        return {"disk", Health::Ok, fact, "", ""};
    }
    return {"disk", free < hopeless ? Health::Problem : Health::Warning, fact,
            "each job gets a copy of the tree there, and logs and artifacts stay",
            "make room, or set CIRQUE_STATE_DIR to a folder on a larger disk"};
}

} // namespace

Findings checkState(const Machine& machine) {
    const std::string& folder = machine.settings.stateDir;
    const Result<bool> shares = tryWriting(folder);
    if (!shares) {
        return {{"state folder", Health::Problem, shares.error().message,
                 "runs, logs and artifacts are kept there: nothing can run",
                 "make it writable, or set CIRQUE_STATE_DIR to a folder that is"}};
    }
    return {{"state folder", Health::Ok,
             fmt::format("{} on {}; copies of files {}", folder, fileSystemOf(folder),
                         *shares ? "share their blocks" : "take space (no reflinks)"),
             "", ""},
            space(folder)};
}

Findings checkPrivate(const Machine& machine) {
    if (machine.privateFolder) {
        return {{"private folder", Health::Ok,
                 fmt::format("{} on {}", *machine.privateFolder, fileSystemOf(*machine.privateFolder)), "",
                 ""}};
    }
    return {{"private folder", Health::Problem, machine.privateFolder.error().message,
             "scripts and secrets of jobs are kept in memory only: nothing can run",
             "set CIRQUE_PRIVATE_DIR or XDG_RUNTIME_DIR to a folder on a tmpfs, or mount one on /dev/shm"}};
}

} // namespace cirque::doctor
