// SPDX-License-Identifier: Apache-2.0
#include "workspace/beneath.hh"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::workspace {

io::UniqueFd openFolderBeneath(int root, const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const char* name = path.empty() ? "." : path.c_str();
    return io::UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, name, &how, sizeof how)));
}

bool hasVanished(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV || error == ESTALE;
}

} // namespace cirque::workspace
