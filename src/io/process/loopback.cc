// SPDX-License-Identifier: Apache-2.0
#include "io/process/loopback.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

namespace cirque::io {
namespace {

constexpr Millis turn{5}; // between two looks at a socket: nothing here is worth a reactor
constexpr std::size_t longestStatusLine = 4096;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

std::vector<Address> addressesOf(const std::string& host, std::uint16_t port) {
    std::vector<Address> out;
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &four.sin_addr) == 1) {
        std::memcpy(&out.emplace_back().storage, &four, sizeof four);
        out.back().size = sizeof four;
    }
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host == "localhost" ? "::1" : host.c_str(), &six.sin6_addr) == 1) {
        std::memcpy(&out.emplace_back().storage, &six, sizeof six);
        out.back().size = sizeof six;
    }
    return out;
}

bool isReady(int fd, short events) {
    pollfd entry{fd, events, 0};
    return ::poll(&entry, 1, 0) > 0;
}

Task<bool> waitReady(int fd, short events, MonoTime until, StopToken stop) {
    while (!isReady(fd, events)) {
        if (stop.stopRequested() || monoNow().nanos >= until.nanos) {
            co_return false;
        }
        (void)co_await sleepFor(turn, stop);
    }
    co_return true;
}

struct Connected {
    UniqueFd socket; // none: not connected
    std::string why;
};

Task<Connected> connectTo(std::string host, std::uint16_t port, MonoTime until, StopToken stop) {
    Connected out;
    out.why = fmt::format("{} is no address", host);
    for (const Address& address : addressesOf(host, port)) {
        UniqueFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int error = socket ? 0 : errno;
        if (socket &&
            ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
            error = errno;
        }
        if (error == EINPROGRESS) {
            const bool settled = co_await waitReady(socket.get(), POLLOUT, until, stop);
            socklen_t size = sizeof error;
            error = ETIMEDOUT;
            if (settled) {
                (void)::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            }
        }
        if (error == 0) {
            out.socket = std::move(socket);
            out.why.clear();
            co_return out;
        }
        if (error != EAFNOSUPPORT && error != EADDRNOTAVAIL) { // a machine without IPv6 is no news
            out.why =
                fmt::format("nothing accepts connections at {}:{}: {}", host, port, std::strerror(error));
        }
    }
    co_return out;
}

// "" or why this is no good answer.
NoAnswer judge(std::string_view line) {
    const std::size_t space = line.find(' ');
    int status = 0;
    if (!line.starts_with("HTTP/1.") || space == std::string_view::npos) {
        return "the answer is not HTTP";
    }
    const std::string_view digits = line.substr(space + 1, 3);
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
    return status >= 200 && status < 400 ? "" : fmt::format("it answers with status {}", status);
}

} // namespace

Task<NoAnswer> askTcp(std::string host, std::uint16_t port, Millis limit, StopToken stop) {
    const MonoTime until{monoNow().nanos + limit.count() * 1'000'000};
    const Connected connected = co_await connectTo(std::move(host), port, until, std::move(stop));
    co_return connected.why;
}

Task<NoAnswer> askHttp(HttpQuestion question, Millis limit, StopToken stop) {
    const MonoTime until{monoNow().nanos + limit.count() * 1'000'000};
    const Connected connected = co_await connectTo(question.host, question.port, until, stop);
    if (!connected.socket) {
        co_return connected.why;
    }
    const int fd = connected.socket.get();
    const std::string request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: cirque\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        question.path, question.authority);
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        co_return "it did not take the request";
    }
    std::string answer;
    while (answer.find('\n') == std::string::npos && answer.size() < longestStatusLine) {
        const bool more = co_await waitReady(fd, POLLIN, until, stop);
        char buffer[1024];
        const ssize_t got = more ? ::recv(fd, buffer, sizeof buffer, 0) : 0;
        if (!more) {
            co_return "it took the connection and did not answer";
        }
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (got <= 0) {
            co_return "it closed the connection without an answer";
        }
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    co_return judge(std::string_view(answer).substr(0, answer.find('\n')));
}

Task<NoAnswer> askLoopback(HttpQuestion question, Millis limit, StopToken stop) {
    return question.path.empty() ? askTcp(std::move(question.host), question.port, limit, std::move(stop))
                                 : askHttp(std::move(question), limit, std::move(stop));
}

} // namespace cirque::io
