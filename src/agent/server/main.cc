// SPDX-License-Identifier: Apache-2.0
// cirque-agent: runs the steps of one job at its place, for a cirque that started it there and holds its
// standard input and output. It has no options: what it is to do comes in.
#include "agent/server/server.hh"
#include "base/machine.hh"
#include "io/runtime/runtime.hh"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace {

using namespace cirque;

std::vector<std::string> ownEnvironment() {
    std::vector<std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        variables.emplace_back(*entry);
    }
    return variables;
}

// Steps must not find the connection behind the numbers of standard input and output.
Result<io::UniqueFd> takeStream(int fd) {
    io::UniqueFd taken(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    const io::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!taken || !null || dup2(null.get(), fd) != fd) {
        return fail(systemError(errno, "take over", "the connection to cirque"));
    }
    return taken;
}

Result<void> serveConnection() {
    CIRQUE_TRY_ASSIGN(io::UniqueFd in, takeStream(STDIN_FILENO));
    CIRQUE_TRY_ASSIGN(io::UniqueFd out, takeStream(STDOUT_FILENO));
    agent::ServerOptions options{{CIRQUE_VERSION, thisSystem(), geteuid(), getegid()}, ownEnvironment()};
    Result<void> served;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        served = co_await agent::serve(std::move(in), std::move(out), std::move(options));
    });
    return served;
}

} // namespace

int main(int argc, char** /*argv*/) {
    if (argc != 1 || isatty(STDIN_FILENO) == 1) {
        (void)std::fputs("cirque-agent is started by cirque at the place of a job; it has no use by hand\n",
                         stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN); // a connection that broke is told by write
    // steps are of the same user: they must neither trace this nor open what it has open
    if (prctl(PR_SET_DUMPABLE, 0) != 0) {
        (void)std::fputs("cirque-agent: it cannot be kept from its steps\n", stderr);
        return 1;
    }
    const Result<void> served = serveConnection();
    if (!served) {
        (void)std::fprintf(stderr, "cirque-agent: %s\n", served.error().text().c_str());
        return 1;
    }
    return 0;
}
