// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.hh"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::io {

namespace asio = boost::asio;

namespace {

// nullopt: still running (only with WNOHANG).
std::optional<ExitStatus> reap(pid_t pid, int flags) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | flags) != 0) {
        if (errno != EINTR) {
            return ExitStatus{255, 0}; // not our child any more: only a bug elsewhere reaps it
        }
    }
    if (info.si_pid == 0) {
        return std::nullopt;
    }
    if (info.si_code == CLD_EXITED) {
        return ExitStatus{info.si_status, 0};
    }
    return ExitStatus{0, info.si_status};
}

} // namespace

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, -1);
        pidfd_ = std::move(other.pidfd_);
        status_ = other.status_;
    }
    return *this;
}

Process::~Process() {
    end();
}

void Process::end() noexcept {
    if (pid_ > 0 && !status_) {
        signalGroup(SIGKILL);
        status_ = reap(pid_, 0);
    }
}

void Process::signalGroup(int signal) const {
    if (pid_ > 0 && !status_) {
        (void)::kill(-pid_, signal); // ESRCH: the group has ended between
    }
}

Task<ExitStatus> Process::wait() {
    while (!status_) {
        status_ = reap(pid_, WNOHANG);
        if (status_) {
            break;
        }
        asio::posix::stream_descriptor watched(co_await asio::this_coro::executor, pidfd_.release());
        boost::system::error_code error;
        co_await watched.async_wait(asio::posix::descriptor_base::wait_read,
                                    asio::redirect_error(asio::use_awaitable, error));
        pidfd_.reset(watched.release());
    }
    co_return *status_;
}

} // namespace cirque::io
