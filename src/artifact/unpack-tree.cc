// SPDX-License-Identifier: Apache-2.0
#include "artifact/beneath.hh"
#include "artifact/tree-head.hh"
#include "artifact/tree-stream.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ranges>

namespace cirque::artifact {
namespace {

constexpr std::uint64_t longestPath = std::uint64_t{64} << 10U;

Error notATree(std::string_view why) {
    return Error{ErrorCode::Corrupt, fmt::format("what came is no tree of files: {}", why), {}, {}};
}

Error cannotMake(int errnoValue, const std::string& path) {
    return systemError(errnoValue, "write", path);
}

// Beneath the folder, through no link at all: the row makes links, and its sender may want to go through one.
io::UniqueFd openInside(int root, const std::string& path, int flags, unsigned mode = 0) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const char* name = path.empty() ? "." : path.c_str();
    return io::UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, name, &how, sizeof how)));
}

// One whose every part is a plain name.
bool isPlain(const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return false;
    }
    return std::ranges::none_of(path | std::views::split('/'), [](auto part) {
        const std::string_view name(part.begin(), part.end());
        return name.empty() || name == "." || name == "..";
    });
}

std::string nameOf(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool setTime(int folder, const char* name, const TreeHead& head) {
    const timespec times[2] = {{0, UTIME_OMIT}, {head.seconds, head.nanos}};
    return ::utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

bool setModeAndTimeOf(int fd, const TreeHead& head) {
    const timespec times[2] = {{0, UTIME_OMIT}, {head.seconds, head.nanos}};
    return ::fchmod(fd, head.mode) == 0 && ::futimens(fd, times) == 0;
}

} // namespace

Result<TreeUnpacker> TreeUnpacker::create(const std::string& folder, TreeLimits limits) {
    CIRQUE_TRY(io::makeNewFolder(folder, 0700, "the folder"));
    TreeUnpacker unpacker;
    unpacker.limits_ = limits;
    unpacker.root_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!unpacker.root_) {
        return fail(systemError(errno, "open", folder));
    }
    return unpacker;
}

Result<void> TreeUnpacker::take(std::string_view bytes) {
    std::string joined;
    if (!buffer_.empty()) {
        joined = std::move(buffer_);
        joined += bytes;
        bytes = joined;
    }
    bool more = true;
    while (more && !bytes.empty()) {
        if (file_) {
            const std::size_t some = std::min(bytes.size(), static_cast<std::size_t>(fileLeft_));
            CIRQUE_TRY(io::writeAll(file_.get(), bytes.substr(0, some), filePath_));
            fileLeft_ -= static_cast<std::int64_t>(some);
            bytes.remove_prefix(some);
            CIRQUE_TRY(closeFile());
        } else {
            CIRQUE_TRY_ASSIGN(more, takeEntry(bytes));
        }
    }
    buffer_ = std::string(bytes); // a part of a head
    return {};
}

Result<bool> TreeUnpacker::takeEntry(std::string_view& bytes) {
    if (ended_) {
        return fail(notATree("there is more after its end"));
    }
    if (bytes.size() < treeHeadBytes) {
        return false;
    }
    std::string_view rest = bytes;
    TreeHead head;
    head.type = rest.front();
    rest.remove_prefix(1);
    head.mode = static_cast<unsigned>(takeTreeNumber(rest, 4)) & 0777U; // never a set-user-ID bit
    head.nanos = static_cast<std::int64_t>(takeTreeNumber(rest, 4));
    head.seconds = static_cast<std::int64_t>(takeTreeNumber(rest, 8));
    head.size = static_cast<std::int64_t>(takeTreeNumber(rest, 8));
    const std::uint64_t path = takeTreeNumber(rest, 4);
    const std::uint64_t target = takeTreeNumber(rest, 4);
    if (path > longestPath || target > longestPath || head.size < 0) {
        return fail(notATree("a length makes no sense"));
    }
    if (rest.size() < path + target) {
        return false;
    }
    CIRQUE_TRY(make(head, std::string(rest.substr(0, path)), std::string(rest.substr(path, target))));
    bytes = rest.substr(path + target);
    return true;
}

Result<void> TreeUnpacker::make(const TreeHead& head, const std::string& path, const std::string& target) {
    if (head.type == '.') {
        ended_ = true;
        return {};
    }
    if (head.type == 'd' && path.empty() && folders_.empty()) {
        folders_.push_back({path, head});
        return {};
    }
    if (folders_.empty() || !isPlain(path)) {
        return fail(notATree(fmt::format("a path is \"{}\"", path)));
    }
    if (--limits_.entries < 0 || (limits_.bytes -= head.size) < 0) {
        return fail(ErrorCode::Unsupported, "the files are too many or too large");
    }
    CIRQUE_TRY(openParent(artifact::parentOf(path)));
    const std::string name = nameOf(path);
    switch (head.type) {
    case 'd':
        if (::mkdirat(parent_.get(), name.c_str(), 0700) != 0) {
            return fail(cannotMake(errno, path));
        }
        folders_.push_back({path, head});
        return {};
    case 'l':
        if (::symlinkat(target.c_str(), parent_.get(), name.c_str()) != 0 ||
            !setTime(parent_.get(), name.c_str(), head)) {
            return fail(cannotMake(errno, path));
        }
        return {};
    case 'f':
        return makeFile(head, path);
    default:
        return fail(notATree("an entry is of no kind"));
    }
}

Result<void> TreeUnpacker::makeFile(const TreeHead& head, const std::string& path) {
    const std::string name = nameOf(path);
    file_.reset(
        ::openat(parent_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) {
        return fail(cannotMake(errno, path));
    }
    fileHead_ = head;
    filePath_ = path;
    fileLeft_ = head.size;
    return closeFile();
}

// When all its bytes are there.
Result<void> TreeUnpacker::closeFile() {
    if (fileLeft_ > 0) {
        return {};
    }
    if (!setModeAndTimeOf(file_.get(), fileHead_)) {
        return fail(cannotMake(errno, filePath_));
    }
    file_.reset();
    return {};
}

Result<void> TreeUnpacker::openParent(const std::string& path) {
    if (parent_ && path == parentPath_) {
        return {};
    }
    parent_ = openInside(root_.get(), path, O_PATH | O_DIRECTORY);
    if (!parent_) {
        return fail(cannotMake(errno, path));
    }
    parentPath_ = path;
    return {};
}

Result<void> TreeUnpacker::finish() {
    if (!ended_ || !buffer_.empty()) {
        return fail(notATree("its end is missing"));
    }
    for (const Folder& folder : folders_ | std::views::reverse) {
        const io::UniqueFd opened = openInside(root_.get(), folder.path, O_RDONLY | O_DIRECTORY);
        if (!opened || !setModeAndTimeOf(opened.get(), folder.head)) {
            return fail(cannotMake(errno, folder.path));
        }
    }
    return {};
}

} // namespace cirque::artifact
