// SPDX-License-Identifier: Apache-2.0
// Jobs of the executor ssh, with an `ssh` that runs what it is told on this machine.
#include "exec/ssh/ssh-executor.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace cirque::exec {
namespace {

class NoFiles : public Workspaces, public Artifacts {
  public:
    io::Task<Result<void>> make(std::string path, bool /*copyRepo*/, io::StopToken /*stop*/) override {
        co_return io::makeFolders(path, 0755);
    }

    io::Task<Result<void>> restore(std::string /*name*/, std::string /*folder*/, std::string /*path*/,
                                   io::StopToken /*stop*/) override {
        co_return Result<void>();
    }

    io::Task<Result<CollectedArtifact>> save(std::string /*name*/, std::string /*folder*/,
                                             std::string /*path*/, io::StopToken /*stop*/) override {
        co_return CollectedArtifact{};
    }
};

// Has nothing; `refuses`: not even that.
class FakeClosures : public Closures {
  public:
    io::Task<Result<StoreClosure>> of(std::shared_ptr<const plan::Plan> /*plan*/,
                                      std::shared_ptr<const plan::Job> /*job*/, io::StopToken stop) override {
        if (onAsked) {
            onAsked();
        }
        if (refuses || stop.stopRequested()) {
            co_return fail(ErrorCode::Process, "the store is closed today");
        }
        co_return StoreClosure{};
    }

    io::Task<Result<void>> copyTo(StoreTarget /*target*/, StoreClosure /*closure*/, TryRef /*ref*/,
                                  std::shared_ptr<OutputSink> /*log*/, io::StopToken /*stop*/) override {
        co_return Result<void>();
    }

    void forget(const std::string& /*uri*/) override {}

    void tell(const TryRef& /*ref*/, const HandOver& /*progress*/, bool /*last*/) override {}

    bool refuses = false;
    std::function<void()> onAsked;
};

struct Said : OutputSink {
    std::string text;

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        text += bytes;
        return {};
    }
};

class SshSite : public testing::Test {
  protected:
    SshSite() {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
        for (const char* name : {"/bin", "/home", "/private", "/work"}) {
            std::filesystem::create_directory(folder_ + name);
        }
        const std::string ssh = folder_ + "/bin/ssh";
        EXPECT_TRUE(io::writeFileAtomic(ssh, "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n"));
        EXPECT_EQ(::chmod(ssh.c_str(), 0755), 0);
        EXPECT_EQ(::setenv("PATH", (folder_ + "/bin:/usr/bin:/bin").c_str(), 1), 0);
        job_->name = "job";
        job_->executor.options["host"] = "here";
    }

    ~SshSite() override {
        EXPECT_EQ(::setenv("PATH", path_.c_str(), 1), 0);
        EXPECT_TRUE(io::removeTree(folder_));
    }

    AgentWorld world() {
        AgentWorld world{
            .run = RunId::make(1),
            .stateDir = folder_ + "/state",
            .tree = folder_,
            .workRoot = folder_ + "/work",
            .privateFolder = folder_ + "/private",
            .agent = CIRQUE_AGENT,
            .leader = CIRQUE_LEADER,
            .hostPath = "/usr/bin:/bin",
            .environment = {"PATH=" + folder_ + "/bin:/usr/bin:/bin", "HOME=" + folder_ + "/home"},
            .system = "x86_64-linux",
            .keep = keep_,
            .workspaces = files_,
            .artifacts = files_,
            .closures = closures_};
        return world;
    }

    [[nodiscard]] Place place() const {
        Place made;
        made.plan = plan_;
        made.job = job_;
        return made;
    }

    io::Task<std::unique_ptr<JobSite>> open(SshExecutor* executor) {
        const std::string handle = executor->handle(place());
        auto site = co_await executor->open(place(), handle);
        co_return std::move(site).value();
    }

    void run(std::function<io::Task<>(SshExecutor*)> body) {
        SshExecutor executor(world());
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            co_await body(&executor);
            EXPECT_TRUE(co_await executor.close());
        });
    }

    std::string folder_ = "/dev/shm/cirque-ssh-site-XXXXXX";
    const std::string path_ = std::getenv("PATH"); // of this test
    bool keep_ = false;
    NoFiles files_;
    FakeClosures closures_;
    std::shared_ptr<plan::Plan> plan_ = std::make_shared<plan::Plan>();
    std::shared_ptr<plan::Job> job_ = std::make_shared<plan::Job>();
    std::shared_ptr<Said> said_ = std::make_shared<Said>();
};

// What the first attempt had sent lies where the second one wants to begin.
TEST_F(SshSite, AnAttemptAfterAFailedPreparationFindsNothingOfIt) {
    const std::function<io::Task<>(SshExecutor*)> body = [this](SshExecutor* executor) -> io::Task<> {
        closures_.refuses = true;
        auto first = co_await open(executor);
        EXPECT_FALSE(co_await first->prepare(said_, {}));
        EXPECT_TRUE(co_await first->close({}));
        closures_.refuses = false;
        auto second = co_await open(executor);
        const Result<void> prepared = co_await second->prepare(said_, {});
        EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().text());
        EXPECT_TRUE(co_await second->close({}));
    };
    run(body);
}

TEST_F(SshSite, AnAttemptAfterAKeptOneGoesBeside) {
    keep_ = true;
    const std::function<io::Task<>(SshExecutor*)> body = [this](SshExecutor* executor) -> io::Task<> {
        for (int attempt = 1; attempt <= 2; ++attempt) {
            auto site = co_await open(executor);
            const Result<void> prepared = co_await site->prepare(said_, {});
            EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().text());
            EXPECT_TRUE(co_await site->close({}));
        }
    };
    run(body);
}

// It would be told as a fault of the place, and be tried again.
TEST_F(SshSite, AStopBeforeAStepIsCancelledNotInfrastructure) {
    const std::function<io::Task<>(SshExecutor*)> body = [this](SshExecutor* executor) -> io::Task<> {
        auto site = co_await open(executor);
        EXPECT_TRUE(co_await site->prepare(said_, {}));
        io::StopSource cancel;
        closures_.onAsked = [&cancel] { cancel.request(io::StopLevel::Graceful, io::StopReason::Cancelled); };
        StepSpec spec;
        spec.step.action = plan::ArgvRun{{"true"}};
        const StepResult cancelled = co_await site->run(spec, said_, cancel.token());
        EXPECT_EQ(cancelled.outcome.kind, OutcomeKind::Cancelled);
        io::StopSource timeout;
        closures_.onAsked = [&timeout] { timeout.request(io::StopLevel::Graceful, io::StopReason::Timeout); };
        const StepResult late = co_await site->run(spec, said_, timeout.token());
        EXPECT_EQ(late.outcome.kind, OutcomeKind::Failed);
        EXPECT_TRUE(late.outcome.timeout);
        EXPECT_TRUE(co_await site->close({}));
    };
    run(body);
}

} // namespace
} // namespace cirque::exec
