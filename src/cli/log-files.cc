// SPDX-License-Identifier: Apache-2.0
#include "cli/log-files.hh"

#include "event/journal/log-file.hh"
#include "io/process/fd.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace cirque::cli {

void LogFiles::operator()(int jobNumber, const TryRef& ref, std::int64_t bytes,
                          const std::function<void(std::string_view)>& sink) const {
    constexpr std::size_t pieceBytes = 64u << 10u;
    const std::string path = folder_.log(event::logBase(jobNumber, ref)) + ".log";
    const io::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    std::vector<char> buffer(pieceBytes);
    while (file && bytes > 0) {
        const auto wanted = std::min(buffer.size(), static_cast<std::size_t>(bytes));
        const ssize_t count = ::read(file.get(), buffer.data(), wanted);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return;
        }
        sink({buffer.data(), static_cast<std::size_t>(count)});
        bytes -= count;
    }
}

} // namespace cirque::cli
