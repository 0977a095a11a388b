// SPDX-License-Identifier: Apache-2.0
#include "artifact/transfer.hh"

#include "base/bytes.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

namespace cirque::artifact {

Result<Transferred> transfer(int in, int out, std::int64_t limit, const std::string& what) {
    constexpr std::size_t piece = 256U << 10U;
    const auto buffer = std::make_unique_for_overwrite<char[]>(piece);
    Transferred done;
    Sha256 hash;
    for (;;) {
        const ssize_t n = ::read(in, buffer.get(), piece);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(systemError(errno, "read", what));
        }
        if (n == 0) {
            done.sha256 = hash.hex();
            return done;
        }
        done.bytes += n;
        if (done.bytes > limit) {
            return fail(ErrorCode::Unsupported,
                        fmt::format("{} is larger than what may still be saved", what));
        }
        const std::string_view bytes(buffer.get(), static_cast<std::size_t>(n));
        hash.update(bytes);
        CIRQUE_TRY(io::writeAll(out, bytes, what));
    }
}

bool setModeAndTime(int fd, unsigned mode, std::int64_t seconds, std::int64_t nanos) {
    const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{seconds, nanos}};
    return ::fchmod(fd, mode) == 0 && ::futimens(fd, times.data()) == 0;
}

} // namespace cirque::artifact
