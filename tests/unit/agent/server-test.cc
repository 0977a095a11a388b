// SPDX-License-Identifier: Apache-2.0
#include "agent/server/server.hh"

#include "agent/protocol/frame.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <unistd.h>

namespace cirque::agent {
namespace {

constexpr Millis longEnough{20000};

struct Served : testing::Test {
    io::Pipe in = io::makePipe().value(); // the coordinator's end stays open
    io::Pipe out = io::makePipe().value();
    std::vector<FrameKind> heard;
    bool ended = false;

    io::Task<> serveFor(Millis silence, io::StopSource* over) {
        ServerOptions options;
        options.silence = silence;
        EXPECT_TRUE(co_await serve(std::move(in.read), std::move(out.write), std::move(options)));
        ended = true;
        over->request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    }

    // Until there is a ping.
    io::Task<> listen(io::StopSource* over) {
        FrameReader frames(preamble);
        const std::function<void(const Frame&)> note = [&](const Frame& frame) {
            heard.push_back(frame.kind);
            if (frame.kind == FrameKind::Ping) {
                over->request(io::StopLevel::Immediate, io::StopReason::Shutdown);
            }
        };
        const std::function<void(std::string_view)> take = [&](std::string_view bytes) {
            EXPECT_TRUE(frames.take(bytes, note));
        };
        EXPECT_TRUE(co_await io::readAll(std::move(out.read), take, over->token()));
    }
};

TEST_F(Served, APingIsAnswered) {
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup tasks;
        io::StopSource over;
        io::StopSource unheard;
        co_await tasks.start();
        tasks.spawn(serveFor(longEnough, &unheard));
        tasks.spawn(listen(&over));
        const std::string ping = toBytes(FrameKind::Ping, 0, {});
        EXPECT_EQ(::write(in.write.get(), ping.data(), ping.size()), std::ssize(ping));
        EXPECT_FALSE(co_await io::sleepFor(longEnough, over.token()));
        in.write.reset();
        co_await tasks.join();
    });
    EXPECT_EQ(heard, (std::vector<FrameKind>{FrameKind::Hello, FrameKind::Ping}));
}

// A line can be cut without a word.
TEST_F(Served, EndsWhenTheCoordinatorFallsSilent) {
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup tasks;
        io::StopSource over;
        co_await tasks.start();
        tasks.spawn(serveFor(Millis{40}, &over));
        (void)co_await io::sleepFor(longEnough, over.token());
        EXPECT_TRUE(ended);
        in.write.reset();
        co_await tasks.join();
    });
}

} // namespace
} // namespace cirque::agent
