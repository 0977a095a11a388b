// SPDX-License-Identifier: Apache-2.0
// Output that nobody takes must neither stop the loop nor be lost.
#include "cli/output-queue.hh"

#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace cirque::cli {
namespace {

std::string readAvailable(int fd) {
    std::string all;
    std::string piece(64U << 10U, '\0');
    for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;) {
        all.append(piece, 0, static_cast<std::size_t>(got));
    }
    return all;
}

class OutputQueueTest : public testing::Test {
  protected:
    OutputQueueTest() : pipe(std::move(*io::makePipe(65536))) {
        ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    }

    io::Pipe pipe;
};

TEST_F(OutputQueueTest, WritesAtOnceWhileTheReaderKeepsUp) {
    OutputQueue queue(pipe.write.get());
    queue.push("one\n");
    queue.push("two\n");
    EXPECT_EQ(readAvailable(pipe.read.get()), "one\ntwo\n");
}

TEST_F(OutputQueueTest, KeepsWhatTheReaderDoesNotTakeAndSaysSo) {
    OutputQueue queue(pipe.write.get(), 10'000);
    queue.push(std::string(4096, 'a'));
    EXPECT_FALSE(queue.congested());
    queue.push(std::string(200'000, 'b')); // returns although nothing is read
    EXPECT_TRUE(queue.congested());
}

TEST_F(OutputQueueTest, ASlowReaderGetsEveryByteInOrder) {
    OutputQueue queue(pipe.write.get(), 10'000);
    std::string all;
    for (int i = 0; i < 50000; ++i) {
        const std::string line = std::to_string(i) + " some text\n";
        queue.push(line);
        all += line;
    }
    std::string got;
    io::Runtime runtime;
    const std::function<io::Task<>()> read = [&]() -> io::Task<> {
        while (got.size() < all.size()) {
            got += readAvailable(pipe.read.get());
            co_await io::yieldNow();
        }
    };
    const std::function<io::Task<>()> main = [&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        group.spawn(read());
        co_await queue.flush();
        co_await group.join();
    };
    runtime.run(main);
    EXPECT_EQ(got, all);
}

TEST_F(OutputQueueTest, AReaderThatWentAwayIsNoFailure) {
    ::signal(SIGPIPE, SIG_IGN);
    OutputQueue queue(pipe.write.get());
    pipe.read.reset();
    queue.push("nobody reads this");
    EXPECT_FALSE(queue.takeFailure());
    EXPECT_FALSE(queue.congested());
}

TEST(OutputQueue, AnotherFailureIsKept) {
    const io::UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    OutputQueue toFull(full.get());
    toFull.push("x");
    const auto failure = toFull.takeFailure();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, ErrorCode::DiskFull);
}

} // namespace
} // namespace cirque::cli
