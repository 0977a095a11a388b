// SPDX-License-Identifier: Apache-2.0
#include "artifact/beneath.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::artifact {

io::UniqueFd openBeneath(int dir, const std::string& path, int flags, unsigned mode) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const char* name = path.empty() ? "." : path.c_str();
    for (int tries = 0;; ++tries) {
        io::UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, dir, name, &how, sizeof how)));
        // EAGAIN: something was renamed during the lookup, so the kernel could not be sure
        if (fd || errno != EAGAIN || tries == 100) {
            return fd;
        }
    }
}

Result<io::UniqueFd> makeFoldersBeneath(int dir, const std::string& path) {
    io::UniqueFd at = openBeneath(dir, "", O_PATH | O_DIRECTORY);
    for (std::size_t end = 0; at && end < path.size();) {
        const std::size_t start = end == 0 ? 0 : end + 1;
        end = std::min(path.find('/', start), path.size());
        if (::mkdirat(at.get(), path.substr(start, end - start).c_str(), 0755) != 0 && errno != EEXIST) {
            break;
        }
        at = openBeneath(dir, path.substr(0, end), O_PATH | O_DIRECTORY);
        if (at && end == path.size()) {
            return at;
        }
    }
    if (at && path.empty()) {
        return at;
    }
    return fail(beneathError(errno, "make the folder", path));
}

Result<std::string> plainPath(std::string_view path) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::InvalidPlan, fmt::format("artifact path {}: {}", shellQuote(path), why),
                    "name a path inside the job's folder, for example dist/");
    };
    if (path.starts_with('/')) {
        return refuse("it is absolute");
    }
    if (path.find('\0') != std::string_view::npos) {
        return refuse("it has a NUL character");
    }
    std::string out;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..") {
            return refuse("\"..\" leads out of the job's folder");
        }
        if (!part.empty() && part != ".") {
            out += out.empty() ? "" : "/";
            out += part;
        }
    }
    return out;
}

std::string joinPath(const std::string& base, const std::string& path) {
    return base.empty() || path.empty() ? base + path : base + "/" + path;
}

std::string parentOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

Error beneathError(int errnoValue, std::string_view action, std::string_view path) {
    if (errnoValue == EXDEV) {
        return Error{ErrorCode::Permission,
                     fmt::format("cannot {} {}: a symbolic link leads out of the job's folder", action, path),
                     "copy what it points to into the job's folder first",
                     {}};
    }
    return systemError(errnoValue, action, path);
}

} // namespace cirque::artifact
