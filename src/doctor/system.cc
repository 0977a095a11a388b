// SPDX-License-Identifier: Apache-2.0
// The kernel and the terminal.
#include "base/text.hh"
#include "doctor/checks.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace cirque::doctor {
namespace {

constexpr long fewWatches = 8192;

long numberIn(const char* file) {
    const Result<std::string> text = io::readFile(file, 4096);
    long value = -1;
    if (text) {
        const std::string_view digits = trim(*text);
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
    }
    return value;
}

bool hasOpenat2() {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH;
    const io::UniqueFd fd(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how)));
    return static_cast<bool>(fd) || errno != ENOSYS;
}

bool hasPidfd() {
    const io::UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
    return static_cast<bool>(fd);
}

} // namespace

Findings checkKernel(const Machine& /*machine*/) {
    utsname facts{};
    (void)uname(&facts);
    const std::string fact = fmt::format("Linux {} on {}", facts.release, facts.machine);
    if (!hasPidfd()) {
        return {{"kernel", Health::Problem, fact + "; pidfd_open is missing",
                 "processes cannot be watched safely", "use Linux 5.6 or newer"}};
    }
    if (!hasOpenat2()) {
        return {{"kernel", Health::Problem, fact + "; openat2 is missing",
                 "artifacts cannot be collected safely", "use Linux 5.6 or newer"}};
    }
    return {{"kernel", Health::Ok, fact, "", ""}};
}

Findings checkWatches(const Machine& /*machine*/) {
    const long watches = numberIn("/proc/sys/fs/inotify/max_user_watches");
    const long instances = numberIn("/proc/sys/fs/inotify/max_user_instances");
    const std::string fact = fmt::format("{} folders and {} watchers at once", watches, instances);
    if (watches >= fewWatches) {
        return {{"inotify", Health::Ok, fact, "", ""}};
    }
    return {{"inotify", Health::Warning, fact, "large trees cannot be watched for changes",
             fmt::format("sysctl fs.inotify.max_user_watches={}", 16 * fewWatches)}};
}

Findings checkTerminal(const Machine& machine) {
    if (!machine.hasTerminal) {
        return {{"terminal", Health::Ok, "none: output is plain lines", "", ""}};
    }
    winsize size{};
    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    std::string locale = machine.environment.get(
        "LC_ALL", machine.environment.get("LC_CTYPE", machine.environment.get("LANG")));
    const bool isUtf8 = locale.contains("UTF-8") || locale.contains("utf8");
    const std::string fact =
        fmt::format("{} of {} columns, {}, {}", machine.environment.get("TERM", "unnamed"), size.ws_col,
                    machine.settings.colour ? "in colour" : "without colour", isUtf8 ? "UTF-8" : "not UTF-8");
    if (machine.environment.get("TERM", "dumb") == "dumb") {
        return {
            {"terminal", Health::Warning, fact, "output is plain lines", "set TERM to what the terminal is"}};
    }
    return {{"terminal", Health::Ok, fact, "", ""}};
}

} // namespace cirque::doctor
