// SPDX-License-Identifier: Apache-2.0
// What comes from a place may be anything: here a program that only looks like cirque-agent.
#include "agent/protocol/frame.hh"
#include "base/text.hh"
#include "exec/remote/connection.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace cirque::exec {
namespace {

using agent::FrameKind;

constexpr Millis patience{20000};
constexpr Millis enough{5000};
constexpr std::size_t mebibyte = 1U << 20U;

// As a reader beside the loop, which takes what has piled up whenever it is asked.
struct Slow : OutputSink {
    mutable std::size_t waiting = 0;
    std::size_t most = 0;

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        waiting += bytes.size();
        most = std::max(most, waiting);
        return {};
    }

    [[nodiscard]] bool congested() const override {
        return waiting > mebibyte && std::exchange(waiting, 0) > 0;
    }
};

// Nobody takes anything from it.
struct Stuck : OutputSink {
    std::string text;

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        text += bytes;
        return {};
    }

    [[nodiscard]] bool congested() const override { return text.size() > mebibyte; }
};

std::string output(std::uint32_t call, std::size_t size) {
    std::string frames;
    for (std::size_t sent = 0; sent < size; sent += mebibyte / 4) {
        frames += toBytes(FrameKind::Output, call, std::string(mebibyte / 4, 'x'));
    }
    return frames;
}

std::string done(std::uint32_t call) {
    return toBytes(FrameKind::Done, call, agent::doneBytes());
}

class HostileAgent : public testing::Test {
  protected:
    HostileAgent() {
        std::string name = "/dev/shm/cirque-hostile-test-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        agent::Hello hello;
        hello.version = CIRQUE_VERSION;
        says(std::string(agent::preamble) + toBytes(FrameKind::Hello, 0, toBytes(hello)));
        hears(toBytes(FrameKind::Ping, 0, {}));
    }

    ~HostileAgent() override { std::filesystem::remove_all(folder_); }

    void says(const std::string& bytes) {
        const std::string part = fmt::format("{}/{}", folder_, ++parts_);
        ASSERT_TRUE(io::writeFileAtomic(part, bytes));
        script_ += fmt::format("cat {}\n", part);
    }

    // It waits until as much as these has come.
    void hears(const std::string& bytes) { script_ += fmt::format("head -c {} > /dev/null\n", bytes.size()); }

    [[nodiscard]] io::SpawnOptions agent() const {
        io::SpawnOptions options;
        options.argv = {"/bin/sh", "-c", script_ + "cat > /dev/null"};
        return options;
    }

    static void run(std::function<io::Task<>()> body) {
        io::Runtime runtime;
        runtime.run(std::move(body));
    }

    std::string folder_;
    std::string script_;
    int parts_ = 0;
    const std::string artifact_ = toBytes(agent::GetArtifact{"a", "dist"});
    const std::string step_ = toBytes(agent::StepRequest{});
};

// Were it kept, nobody would take it: no answer would be read any more, and no silence be noticed.
TEST_F(HostileAgent, WhatComesAfterTheAnswerIsNotKept) {
    hears(toBytes(FrameKind::Call, 1, artifact_));
    says(done(1) + output(1, 8 * mebibyte) + done(1));
    hears(toBytes(FrameKind::Call, 2, artifact_));
    says(done(2));
    const auto sink = std::make_shared<Stuck>();
    run([&]() -> io::Task<> {
        auto connection = AgentConnection::start(agent()).value();
        EXPECT_TRUE(co_await connection->greet(patience, {}));
        EXPECT_TRUE(co_await connection->call(artifact_, sink, {}));
        const CallBounds bounds{{}, enough};
        EXPECT_TRUE(co_await connection->call(artifact_, nullptr, {}, bounds));
        co_await connection->close(patience);
    });
    EXPECT_TRUE(sink->text.empty());
}

TEST_F(HostileAgent, AfterAStepOnlyItsDaemonsAreHeard) {
    hears(toBytes(FrameKind::Call, 1, step_));
    says(toBytes(FrameKind::Output, 1, "step ") + done(1) + toBytes(FrameKind::Output, 1, "forged ") +
         toBytes(FrameKind::LateOutput, 1, "daemon"));
    hears(toBytes(FrameKind::Call, 2, artifact_));
    says(done(2));
    const auto sink = std::make_shared<Stuck>();
    run([&]() -> io::Task<> {
        auto connection = AgentConnection::start(agent()).value();
        EXPECT_TRUE(co_await connection->greet(patience, {}));
        EXPECT_TRUE(co_await connection->call(step_, sink, {}));
        EXPECT_TRUE(co_await connection->call(artifact_, nullptr, {}));
        co_await connection->close(patience);
    });
    EXPECT_EQ(sink->text, "step daemon");
}

// The end of a job's services is a stop too, and artifacts come after it.
TEST_F(HostileAgent, AStopThatIsAnsweredLetsLaterCallsBeHeldBack) {
    const agent::StopCall sent{static_cast<std::int64_t>(io::StopLevel::Immediate),
                               static_cast<std::int64_t>(io::StopReason::Shutdown)};
    hears(toBytes(FrameKind::Call, 1, step_) + toBytes(FrameKind::Stop, 1, toBytes(sent)));
    says(done(1));
    hears(toBytes(FrameKind::Call, 2, artifact_));
    says(output(2, 16 * mebibyte) + done(2));
    const auto sink = std::make_shared<Slow>();
    run([&]() -> io::Task<> {
        auto connection = AgentConnection::start(agent()).value();
        EXPECT_TRUE(co_await connection->greet(patience, {}));
        io::StopSource stop;
        stop.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        EXPECT_TRUE(co_await connection->call(step_, nullptr, stop.token()));
        EXPECT_TRUE(co_await connection->call(artifact_, sink, {}));
        co_await connection->close(patience);
    });
    EXPECT_LT(sink->most, 2 * mebibyte);
}

} // namespace
} // namespace cirque::exec
