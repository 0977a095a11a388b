// SPDX-License-Identifier: Apache-2.0
// A real cirque-agent as a child of this test, without any place around it.
#include "exec/remote/connection.hh"

#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace cirque::exec {
namespace {

constexpr Millis patience{20000};
constexpr Millis atOnce{1};

struct Collect : OutputSink {
    std::string text;

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        text += bytes;
        return {};
    }
};

class ConnectionTest : public testing::Test {
  protected:
    ConnectionTest() {
        std::string name = "/dev/shm/cirque-connection-test-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directory(folder_ + "/job");
    }

    ~ConnectionTest() override { std::filesystem::remove_all(folder_); }

    static io::SpawnOptions agent() {
        io::SpawnOptions options;
        options.argv = {CIRQUE_AGENT};
        return options;
    }

    [[nodiscard]] std::string opening() const {
        agent::OpenJob open;
        open.name = "job";
        open.jobFolder = folder_ + "/job";
        open.privateRoots = {folder_ + "/private"};
        open.toolsFolder = folder_ + "/tools";
        open.leader = CIRQUE_LEADER;
        return toBytes(open);
    }

    static std::string step(std::string script) {
        agent::StepRequest request;
        request.name = "step";
        request.step.action = plan::BashRun{std::move(script)};
        return toBytes(request);
    }

    // An agent with its job, stopped by SIGSTOP.
    io::Task<std::shared_ptr<AgentConnection>> standingStill(AgentTimes times) {
        auto agent = AgentConnection::start(ConnectionTest::agent(), times).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        EXPECT_TRUE(co_await agent->call(opening(), nullptr, {}));
        const auto asked = std::make_shared<Collect>();
        EXPECT_TRUE(co_await agent->call(step("ps -o ppid= -p $PPID"), asked, {}));
        EXPECT_EQ(::kill(std::stoi(asked->text), SIGSTOP), 0);
        co_return agent;
    }

    static void run(std::function<io::Task<>()> body) {
        io::Runtime runtime;
        runtime.run(std::move(body));
    }

    std::string folder_;
    std::shared_ptr<Collect> sink_ = std::make_shared<Collect>();
};

TEST_F(ConnectionTest, AStepRunsAndNothingIsLeft) {
    run([&]() -> io::Task<> {
        auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        const auto opened = co_await agent->call(opening(), nullptr, {});
        EXPECT_TRUE(opened && agent::parseJobOpened(*opened));
        const auto done = co_await agent->call(step("echo to-out; echo to-err >&2; pwd; exit 7"), sink_, {});
        const auto end = agent::parseStepEnd(done.value());
        EXPECT_EQ(end.value().outcome, Outcome::failedExit(7));
        EXPECT_TRUE(
            agent::parseDone((co_await agent->call(toBytes(agent::CloseJob{}), nullptr, {})).value()));
        co_await agent->close(patience);
    });
    EXPECT_EQ(sink_->text, "to-out\nto-err\n" + folder_ + "/job\n");
    EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/private"));
}

// Each holds two open files: a job of many steps would come to an end of them.
TEST_F(ConnectionTest, ASinkIsKeptOnlyWhileSomebodyMayPrint) {
    const auto goes = [](std::weak_ptr<Collect> sink) -> io::Task<bool> {
        constexpr Millis soon{5};
        for (int tries = 0; tries < 2000 && !sink.expired(); ++tries) {
            co_await io::sleepFor(soon);
        }
        co_return sink.expired();
    };
    run([&]() -> io::Task<> {
        auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        EXPECT_TRUE(co_await agent->call(opening(), nullptr, {}));
        auto sink = std::make_shared<Collect>();
        const std::weak_ptr<Collect> plain = sink;
        EXPECT_TRUE(co_await agent->call(step("echo text"), std::move(sink), {}));
        EXPECT_TRUE(co_await goes(plain));
        sink = std::make_shared<Collect>();
        const std::weak_ptr<Collect> daemons = sink;
        const std::string daemon = "(until [ -e end ]; do sleep 0.01; done) & disown";
        EXPECT_TRUE(co_await agent->call(step(daemon), std::move(sink), {}));
        EXPECT_TRUE(co_await agent->call(step("true"), nullptr, {}));
        EXPECT_FALSE(daemons.expired());
        EXPECT_TRUE(co_await agent->call(step("touch end"), nullptr, {}));
        EXPECT_TRUE(co_await goes(daemons));
        co_await agent->close(patience);
    });
}

// Were it Failed, a lost place would look like a failing test; were it forgotten, the run would hang.
TEST_F(ConnectionTest, AnAgentThatIsKilledIsALostConnection) {
    run([&]() -> io::Task<> {
        auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        EXPECT_TRUE(co_await agent->call(opening(), nullptr, {}));
        const auto done = co_await agent->call(step("kill -9 $(ps -o ppid= -p $PPID)"), sink_, {});
        EXPECT_FALSE(done);
        EXPECT_TRUE(agent->lost());
        EXPECT_EQ(done.error().code, ErrorCode::Unreachable);
        co_await agent->close(patience);
    });
}

// The same when cirque itself dies: the agent's input ends.
TEST_F(ConnectionTest, TheEndOfTheInputEndsTheStepsTree) {
    const std::string pidFile = folder_ + "/job/pid";
    run([&]() -> io::Task<> {
        auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        EXPECT_TRUE(co_await agent->call(opening(), nullptr, {}));
        const auto done =
            co_await agent->call(step("trap '' TERM; setsid sleep 1000 & echo $! > pid; disown"), sink_, {});
        EXPECT_TRUE(done);
        co_await agent->close(patience);
    });
    const pid_t pid = std::stoi(io::readFile(pidFile).value());
    EXPECT_NE(::kill(pid, 0), 0);
    EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/private"));
}

TEST_F(ConnectionTest, AStopIsSentOn) {
    run([&]() -> io::Task<> {
        auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        EXPECT_TRUE(co_await agent->call(opening(), nullptr, {}));
        io::StopSource stop;
        stop.request(io::StopLevel::Immediate, io::StopReason::Timeout);
        const auto done = co_await agent->call(step("sleep 1000"), sink_, stop.token());
        EXPECT_TRUE(agent::parseStepEnd(done.value()).value().outcome.timeout);
        co_await agent->close(patience);
    });
}

// A paused container keeps its pipe open and says nothing.
TEST_F(ConnectionTest, AnAgentThatStandsStillIsALostConnection) {
    run([&]() -> io::Task<> {
        AgentTimes times;
        times.ping = Millis{200};
        times.silence = Millis{1000};
        auto agent = co_await standingStill(times);
        const auto done = co_await agent->call(step("exit 0"), sink_, {});
        EXPECT_FALSE(done);
        EXPECT_NE(done.error().text().find("it did not answer any more"), std::string::npos);
        co_await agent->close(atOnce);
    });
}

TEST_F(ConnectionTest, AStopThatIsNotAnsweredIsALostConnection) {
    run([&]() -> io::Task<> {
        AgentTimes times;
        times.grace = times.answer = Millis{20};
        auto agent = co_await standingStill(times);
        io::StopSource stop;
        stop.request(io::StopLevel::Graceful, io::StopReason::Timeout);
        const auto done = co_await agent->call(step("exit 0"), sink_, stop.token());
        EXPECT_FALSE(done);
        EXPECT_TRUE(agent->lost());
        co_await agent->close(atOnce);
    });
}

TEST_F(ConnectionTest, ACallMayHaveABoundOfItsOwn) {
    run([&]() -> io::Task<> {
        auto agent = co_await standingStill({});
        const CallBounds bounds{{}, Millis{20}};
        const auto done = co_await agent->call(toBytes(agent::CloseJob{}), nullptr, {}, bounds);
        EXPECT_FALSE(done);
        co_await agent->close(atOnce);
    });
}

// More than may be under way at once.
TEST_F(ConnectionTest, ALargeTreeArrives) {
    const std::string from = folder_ + "/from";
    const std::string to = folder_ + "/to";
    std::filesystem::create_directory(from);
    const std::string bytes(3 * agent::mostInput, 'x');
    ASSERT_TRUE(io::writeFileAtomic(from + "/file", bytes));
    run([&]() -> io::Task<> {
        const auto agent = AgentConnection::start(ConnectionTest::agent()).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        const std::string put = toBytes(agent::PutTree{to});
        const Result<std::string> done = co_await agent->callWithTree(put, from, "", {});
        EXPECT_TRUE(done && agent::parseDone(*done));
        EXPECT_TRUE((co_await agent->close(patience)).ok());
    });
    EXPECT_EQ(io::readFile(to + "/file").value_or(""), bytes);
}

TEST_F(ConnectionTest, WhatIsNoAgentIsQuoted) {
    run([&]() -> io::Task<> {
        io::SpawnOptions options;
        options.argv = {"/bin/sh", "-c", "echo 'no such image' >&2; exit 125"};
        auto agent = AgentConnection::start(options).value();
        const auto hello = co_await agent->greet(patience, {});
        EXPECT_FALSE(hello);
        EXPECT_NE(hello.error().text().find("no such image"), std::string::npos) << hello.error().text();
        co_await agent->close(patience);
    });
}

} // namespace
} // namespace cirque::exec
