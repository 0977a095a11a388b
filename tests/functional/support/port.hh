// SPDX-License-Identifier: Apache-2.0
// Ports of this machine's loopback for tests.
#pragma once

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cirque::test {

// A port of this machine, kept by listening on it, or given back for a service to take.
class Port {
  public:
    Port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        number_ = ntohs(address.sin_port);
    }

    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    ~Port() { giveBack(); }

    int giveBack() {
        if (socket_ >= 0) {
            ::close(socket_);
            socket_ = -1;
        }
        return number_;
    }

    [[nodiscard]] int number() const { return number_; }

  private:
    int socket_;
    int number_ = 0;
};

inline int freePort() {
    return Port().giveBack();
}

} // namespace cirque::test
