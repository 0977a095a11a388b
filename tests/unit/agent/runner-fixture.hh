// SPDX-License-Identifier: Apache-2.0
// A job of one test: real folders, the real leader, real bash.
#pragma once

#include "agent/step-runner.hh"
#include "temporary-folder.hh"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace cirque::agent {

class TestSink : public Sink {
  public:
    Result<void> write(std::string_view bytes, bool late) override {
        if (refuse) {
            return fail(ErrorCode::DiskFull, "no space left");
        }
        (late ? lateText : text) += bytes;
        largest = std::max(largest, bytes.size());
        total += bytes.size();
        if (discard) {
            text.clear();
        }
        arrived.notify();
        return {};
    }

    // Until the step printed `what`. The step prints it or the test's own time limit ends it: nothing is
    // timed here.
    io::Task<> waitFor(std::string what) {
        while (!(text + lateText).contains(what)) {
            co_await arrived.wait();
        }
    }

    [[nodiscard]] bool congested() const override { return slow; }

    std::string text;
    std::string lateText;
    bool slow = false;
    std::size_t largest = 0;
    std::size_t total = 0;
    bool refuse = false;
    bool discard = false;
    io::Signal arrived;
};

inline bool alive(int pid) {
    return ::kill(pid, 0) == 0;
}

class RunnerTest : public testing::Test {
  protected:
    RunnerTest() {
        context.jobFolder = folder.path() + "/jobs/a job";
        context.privateFolder = folder.path() + "/private";
        context.toolsFolder = folder.path() + "/tools";
        context.leader = CIRQUE_LEADER;
        context.bash = "/bin/bash";
        context.hostPath = "/usr/bin:/bin";
        context.leaders = std::make_shared<LeaderSet>();
        EXPECT_TRUE(io::makeFolders(context.jobFolder));
        EXPECT_TRUE(io::makeFolders(context.privateFolder, 0700));
        below = {{{"PATH", "/usr/bin:/bin"}}};
    }

    // Runs `body` between open and close.
    void inJob(std::function<io::Task<>()> body) {
        io::Runtime runtime;
        const std::function<io::Task<>()> main = [this, body]() -> io::Task<> {
            auto opened = StepRunner::open(context);
            EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
            runner = std::move(*opened);
            co_await runner->start();
            co_await body();
            const auto closed = co_await runner->close({});
            EXPECT_TRUE(closed) << (closed ? "" : closed.error().message);
            runner.reset();
        };
        runtime.run(main);
    }

    StepRequest request(plan::Step step) {
        StepRequest made;
        made.name = "a step";
        made.step = std::move(step);
        made.below = below;
        return made;
    }

    StepRequest bash(std::string script, Variables env = {}) {
        plan::Step step;
        step.action = plan::BashRun{std::move(script)};
        StepRequest made = request(std::move(step));
        made.above = {std::move(env)};
        return made;
    }

    StepRequest argv(std::vector<std::string> words) {
        plan::Step step;
        step.action = plan::ArgvRun{std::move(words)};
        return request(std::move(step));
    }

    StepRequest condition(std::string script) {
        StepRequest made = request({});
        made.isCondition = true;
        made.conditionScript = std::move(script);
        return made;
    }

    // One step alone in its job; `sink` then holds what it printed.
    StepEnd run(StepRequest request) {
        StepEnd end;
        inJob([this, &end, request]() -> io::Task<> { end = co_await runner->run(request, sink, {}); });
        return end;
    }

    StepEnd run(std::string script) { return run(bash(std::move(script))); }

    TemporaryFolder folder;
    JobContext context;
    std::vector<Variables> below;
    std::unique_ptr<StepRunner> runner;
    std::shared_ptr<TestSink> sink = std::make_shared<TestSink>();
};

} // namespace cirque::agent
