// SPDX-License-Identifier: Apache-2.0
// Something that only looks like an answer would start steps against a service that is not up.
#include "io/process/loopback.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace cirque::io {
namespace {

constexpr Millis patience{300};

// Listens on a port of 127.0.0.1; answers each of `answers` to one connection after the other, then goes.
class Listener {
  public:
    explicit Listener(std::vector<std::string> answers = {}) {
        socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), 8), 0);
        socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        if (!answers.empty()) {
            thread_ = std::jthread([this, answers] { serve(answers); });
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const std::string& asked() {
        thread_ = {};
        return asked_;
    }

  private:
    void serve(const std::vector<std::string>& answers) {
        for (const std::string& answer : answers) {
            const UniqueFd one(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            char buffer[4096];
            const ssize_t got = ::recv(one.get(), buffer, sizeof buffer, 0);
            asked_.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            for (const char c : answer) { // in as many pieces as there can be
                (void)::send(one.get(), &c, 1, MSG_NOSIGNAL);
            }
        }
    }

    UniqueFd socket_;
    std::uint16_t port_ = 0;
    std::string asked_;
    std::jthread thread_;
};

NoAnswer run(const std::function<Task<NoAnswer>()>& ask) {
    NoAnswer out;
    Runtime runtime;
    const auto work = [&]() -> Task<> { out = co_await ask(); };
    runtime.run(work);
    return out;
}

NoAnswer http(std::uint16_t port, const std::string& path = "/") {
    return run([&] { return askHttp({"localhost", port, path, "localhost"}, patience, {}); });
}

NoAnswer tcp(const std::string& host, std::uint16_t port) {
    return run([&] { return askTcp(host, port, patience, {}); });
}

TEST(Loopback, AnOpenPortAnswersAndAClosedOneDoesNot) {
    std::uint16_t port = 0;
    {
        const Listener listener;
        port = listener.port();
        EXPECT_EQ(tcp("localhost", port), "");
        EXPECT_EQ(tcp("127.0.0.1", port), "");
    }
    EXPECT_NE(tcp("localhost", port), "");
    EXPECT_NE(tcp("nowhere", port), "") << "names are not looked up";
}

TEST(Loopback, StatusesFrom200To399AreAnswers) {
    for (const auto& [status, good] :
         {std::pair{200, true}, {204, true}, {302, true}, {199, false}, {404, false}, {503, false}}) {
        Listener listener({fmt::format("HTTP/1.1 {} Whatever\r\nContent-Length: 0\r\n\r\n", status)});
        EXPECT_EQ(http(listener.port()).empty(), good) << status;
    }
}

TEST(Loopback, TheQuestionIsOneOfHttp) {
    Listener listener({"HTTP/1.0 200 OK\r\n\r\n"});
    EXPECT_EQ(http(listener.port(), "/a?b=c"), "");
    EXPECT_TRUE(listener.asked().starts_with("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n"))
        << listener.asked();
}

TEST(Loopback, WhatIsNoHttpIsNoAnswer) {
    EXPECT_NE(http(Listener({"SSH-2.0-OpenSSH_9.2\r\n"}).port()), "");
    EXPECT_NE(http(Listener({"HTTP/1.1\r\n"}).port()), "");
    EXPECT_NE(http(Listener({std::string(10'000, 'x')}).port()), "");
    Listener closes({""});
    EXPECT_NE(http(closes.port()), "");
    const Listener silent;
    EXPECT_NE(http(silent.port()), "") << "it takes connections and says nothing";
}

} // namespace
} // namespace cirque::io
