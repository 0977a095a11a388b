// SPDX-License-Identifier: Apache-2.0
// A cirque-agent whose disk keeps it waiting must not look like a place that is lost.
#include "agent/protocol/frame.hh"
#include "agent/protocol/messages.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace cirque::exec {
namespace {

using agent::FrameKind;

class BusyAgent : public testing::Test {
  protected:
    BusyAgent() {
        std::string name = "/dev/shm/cirque-busy-test-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directory(folder_ + "/job");
    }

    ~BusyAgent() override { std::filesystem::remove_all(folder_); }

    io::Process start() {
        io::Pipe in = io::makePipe().value();
        io::Pipe out = io::makePipe().value();
        io::SpawnOptions options;
        options.argv = {CIRQUE_AGENT};
        options.in = in.read.get();
        options.out = out.write.get();
        in_ = std::move(in.write);
        out_ = std::move(out.read);
        return io::Process::spawn(options).value();
    }

    void send(const std::string& bytes) const {
        ASSERT_EQ(::write(in_.get(), bytes.data(), bytes.size()), std::ssize(bytes));
    }

    io::Task<> listen() {
        agent::FrameReader frames(agent::preamble);
        const std::function<void(const agent::Frame&)> note = [this](const agent::Frame& frame) {
            heard_.push_back(frame.kind);
        };
        const std::function<void(std::string_view)> take = [&](std::string_view bytes) {
            EXPECT_TRUE(frames.take(bytes, note));
        };
        EXPECT_TRUE(co_await io::readAll(std::move(out_), take));
    }

    [[nodiscard]] bool hasHeard(FrameKind kind) const {
        return std::ranges::find(heard_, kind) != heard_.end();
    }

    static io::Task<bool> becomes(std::function<bool()> is) {
        constexpr Millis soon{5};
        for (int tries = 0; tries < 4000 && !is(); ++tries) {
            co_await io::sleepFor(soon);
        }
        co_return is();
    }

    std::string folder_;
    io::UniqueFd in_;
    io::UniqueFd out_;
    std::vector<FrameKind> heard_;
};

// A file with a lease stands for the disk: opening it takes as long as its holder likes, fcntl(2).
TEST_F(BusyAgent, AnswersPingsWhileItOpensAJob) {
    const std::string stale = folder_ + "/private/old";
    ASSERT_EQ(::mkdir((folder_ + "/private").c_str(), 0700), 0);
    ASSERT_EQ(::mkdir(stale.c_str(), 0700), 0);
    const std::string lock = stale + "/run.lock";
    (void)::signal(SIGIO, SIG_IGN); // "somebody wants it"
    io::UniqueFd lease(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(::fcntl(lease.get(), F_SETLEASE, F_WRLCK), 0);

    agent::OpenJob open;
    open.name = "job";
    open.jobFolder = folder_ + "/job";
    open.privateRoots = {folder_ + "/private"};
    open.toolsFolder = folder_ + "/tools";
    open.leader = CIRQUE_LEADER;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::Process process = start();
        io::TaskGroup tasks;
        co_await tasks.start();
        tasks.spawn(listen());
        send(toBytes(FrameKind::Call, 1, toBytes(open)));
        const std::function<bool()> waits = [&] { return ::fcntl(lease.get(), F_GETLEASE) != F_WRLCK; };
        const std::function<bool()> answers = [&] { return hasHeard(FrameKind::Ping); };
        const std::function<bool()> opened = [&] { return hasHeard(FrameKind::Done); };
        EXPECT_TRUE(co_await becomes(waits));
        send(toBytes(FrameKind::Ping, 0, {}));
        EXPECT_TRUE(co_await becomes(answers));
        EXPECT_FALSE(hasHeard(FrameKind::Done));
        lease.reset();
        EXPECT_TRUE(co_await becomes(opened));
        in_.reset();
        EXPECT_TRUE((co_await process.wait()).ok());
        co_await tasks.join();
    });
}

} // namespace
} // namespace cirque::exec
