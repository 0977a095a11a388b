// SPDX-License-Identifier: Apache-2.0
#include "agent/private-file.hh"

#include "io/process/fd.hh"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

Result<void> writePrivateFile(int folder, const std::string& name, std::string_view bytes) {
    const auto open = [&] {
        return ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    };
    io::UniqueFd file(open());
    if (!file && errno == EEXIST && ::unlinkat(folder, name.c_str(), 0) == 0) {
        file.reset(open());
    }
    if (!file) {
        return fail(systemError(errno, "create", "the private file " + name));
    }
    return io::writeAll(file.get(), bytes, name);
}

} // namespace cirque::agent
