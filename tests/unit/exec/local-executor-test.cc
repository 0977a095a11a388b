// SPDX-License-Identifier: Apache-2.0
#include "exec/local/local-executor.hh"

#include "agent/run-folder.hh"
#include "base/json.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace cirque::exec {
namespace {

class FakeWorkspaces : public Workspaces {
  public:
    io::Task<Result<void>> make(std::string path, bool copyRepo, io::StopToken) override {
        made.push_back(path + (copyRepo ? " copy" : " empty"));
        if (refuse) {
            co_return fail(ErrorCode::DiskFull, "no space");
        }
        if (::mkdir(path.c_str(), 0755) != 0) {
            co_return fail(systemError(errno, "make", path));
        }
        co_return Result<void>();
    }

    std::vector<std::string> made;
    bool refuse = false;
};

class FakeArtifacts : public Artifacts {
  public:
    io::Task<Result<void>> restore(std::string name, std::string folder, std::string path,
                                   io::StopToken /*stop*/) override {
        calls.push_back("restore " + name + " " + folder + " " + path);
        co_return Result<void>();
    }

    io::Task<Result<CollectedArtifact>> save(std::string name, std::string folder, std::string path,
                                             io::StopToken /*stop*/) override {
        calls.push_back("save " + name + " " + folder + " " + path);
        co_return CollectedArtifact{};
    }

    std::vector<std::string> calls;
};

class TextSink : public OutputSink {
  public:
    Result<void> write(std::string_view bytes, bool) override {
        text += bytes;
        return {};
    }

    std::string text;
};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

class LocalExecutorTest : public testing::Test {
  protected:
    LocalExecutorTest() {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
        options_.workRoot = folder_ + "/work";
        options_.privateRoot = folder_ + "/private";
        options_.leader = CIRQUE_LEADER;
        options_.bash = "/bin/bash";
        options_.hostPath = "/usr/bin:/bin";
        options_.system = "x86_64-linux";
        job_->name = "build it/now";
    }

    ~LocalExecutorTest() override { EXPECT_TRUE(io::removeTree(folder_)); }

    Place place() {
        Place made;
        made.plan = plan_;
        made.job = job_;
        return made;
    }

    static StepSpec bash(std::string script) {
        StepSpec spec;
        spec.name = "step";
        spec.step.action = plan::BashRun{std::move(script)};
        spec.env.below = {{{"PATH", "/usr/bin:/bin", false}}};
        return spec;
    }

    // open, prepare, `body`, close.
    void inSite(std::function<io::Task<>(JobSite*)> body) {
        LocalExecutor executor(options_, workspaces_, artifacts_);
        io::Runtime runtime;
        const std::function<io::Task<>()> main = [&]() -> io::Task<> {
            const std::string handle = executor.handle(place());
            auto site = co_await executor.open(place(), handle);
            EXPECT_TRUE(site);
            prepared_ = co_await (*site)->prepare(sink_, {});
            co_await body(site->get());
            const auto closed = co_await (*site)->close({});
            EXPECT_TRUE(closed) << (closed ? "" : closed.error().text());
        };
        runtime.run(main);
    }

    std::string folder_ = "/dev/shm/cirque-exec-test-XXXXXX";
    LocalOptions options_;
    FakeWorkspaces workspaces_;
    FakeArtifacts artifacts_;
    std::shared_ptr<plan::Plan> plan_ = std::make_shared<plan::Plan>();
    std::shared_ptr<plan::Job> job_ = std::make_shared<plan::Job>();
    std::shared_ptr<TextSink> sink_ = std::make_shared<TextSink>();
    Result<void> prepared_;
};

TEST_F(LocalExecutorTest, TheHandleNamesTheFoldersBeforeAnythingIsMade) {
    const LocalExecutor executor(options_, workspaces_, artifacts_);
    const auto handle = parseJson(executor.handle(place()), "handle");
    ASSERT_TRUE(handle);
    EXPECT_EQ(handle->at("folder").as_string(), folder_ + "/work/jobs/build_it_now");
    EXPECT_EQ(handle->at("private").as_string(), folder_ + "/private/build_it_now");
    EXPECT_FALSE(exists(folder_ + "/work"));
    EXPECT_EQ(executor.kind(), "local");
}

TEST_F(LocalExecutorTest, NamesThatClashGetANumber) {
    const LocalExecutor executor(options_, workspaces_, artifacts_);
    (void)executor.handle(place());
    EXPECT_NE(executor.handle(place()).find("/jobs/build_it_now-2\""), std::string::npos);
}

TEST_F(LocalExecutorTest, AJobRunsInItsFolderAndLeavesNothing) {
    inSite([&](JobSite* site) -> io::Task<> {
        EXPECT_TRUE(prepared_);
        const StepResult result = co_await site->run(
            bash("pwd; touch made; echo v=1 > $CIRQUE_OUTPUT; stat -c %a \"${JOB_ENV%/*}\"; sleep 1000 & "),
            sink_, {});
        EXPECT_TRUE(result.outcome.ok());
        EXPECT_EQ(result.outputs, (std::vector<std::pair<std::string, std::string>>{{"v", "1"}}));
        (void)co_await site->restoreArtifact("in", "public", {});
        (void)co_await site->saveArtifact("out", "dist", {});
    });
    const std::string job = folder_ + "/work/jobs/build_it_now";
    EXPECT_EQ(sink_->text, job + "\n700\n");
    EXPECT_EQ(artifacts_.calls,
              (std::vector<std::string>{"restore in " + job + " public", "save out " + job + " dist"}));
    EXPECT_EQ(workspaces_.made, std::vector<std::string>{job + " copy"});
    EXPECT_FALSE(exists(job));
    EXPECT_FALSE(exists(folder_ + "/private/build_it_now"));
}

// Wrong: --keep keeps scripts and outputs that may hold secrets, or removes the workspace.
TEST_F(LocalExecutorTest, KeepLeavesTheWorkspaceOnly) {
    options_.keep = true;
    job_->copyRepo = false;
    inSite([&](JobSite* site) -> io::Task<> { co_await site->run(bash("touch made"), sink_, {}); });
    EXPECT_TRUE(exists(folder_ + "/work/jobs/build_it_now/made"));
    EXPECT_FALSE(exists(folder_ + "/private/build_it_now"));
    EXPECT_TRUE(workspaces_.made[0].ends_with(" empty"));
}

// Wrong: after a full disk a step runs in a folder that is not there.
TEST_F(LocalExecutorTest, AFailedPrepareIsToldAndClosesCleanly) {
    workspaces_.refuse = true;
    inSite([&](JobSite* site) -> io::Task<> {
        EXPECT_FALSE(prepared_);
        const StepResult result = co_await site->run(bash("true"), sink_, {});
        EXPECT_EQ(result.outcome.kind, OutcomeKind::Infrastructure);
    });
}

TEST_F(LocalExecutorTest, MissingHostToolsAreToldWhenTheJobStarts) {
    plan_->hostTools = {{"@t@", "nosuchtool", {}}};
    job_->steps.resize(1);
    job_->steps[0].closure.hostTools = {"@t@"};
    inSite([](JobSite*) -> io::Task<> { co_return; });
    EXPECT_EQ(sink_->text,
              "cirque: warning: nosuchtool is not on the PATH of this machine; a step that calls it ends "
              "with status 127\n");
}

TEST_F(LocalExecutorTest, LeftoversOfAHandleCanBeRemoved) {
    const LocalExecutor executor(options_, workspaces_, artifacts_);
    const std::string handle = executor.handle(place());
    ASSERT_TRUE(io::makeFolders(folder_ + "/work/jobs/build_it_now/x"));
    ASSERT_TRUE(io::makeFolders(folder_ + "/private/build_it_now"));
    EXPECT_TRUE(LocalExecutor::removeLeftovers(handle));
    EXPECT_FALSE(exists(folder_ + "/work/jobs/build_it_now"));
    EXPECT_FALSE(exists(folder_ + "/private/build_it_now"));
    EXPECT_FALSE(LocalExecutor::removeLeftovers("{\"folder\": \"relative\"}"));
}

class RunFolderTest : public LocalExecutorTest {};

// Wrong: the start of one run removes what another living run uses.
TEST_F(RunFolderTest, SweepRemovesDeadRunsOnly) {
    const std::string root = folder_ + "/root";
    auto living = agent::RunFolder::create(root, "living");
    ASSERT_TRUE(living);
    std::string dead;
    std::string kept;
    {
        auto ended = agent::RunFolder::create(root, "dead");
        auto wanted = agent::RunFolder::create(root, "kept");
        ASSERT_TRUE(ended && wanted);
        ASSERT_TRUE(wanted->keep());
        dead = ended->path();
        kept = wanted->path();
        ASSERT_TRUE(io::makeFolders(dead + "/jobs/x"));
    }
    ASSERT_TRUE(io::makeFolders(root + "/not-a-run"));
    EXPECT_TRUE(agent::sweep(root).empty());
    EXPECT_FALSE(exists(dead));
    EXPECT_TRUE(exists(kept));
    EXPECT_TRUE(exists(living->path()));
    EXPECT_TRUE(exists(root + "/not-a-run"));
    EXPECT_TRUE(living->remove());
    EXPECT_FALSE(exists(living->path()));
    EXPECT_TRUE(agent::sweep(folder_ + "/missing").empty());
}

TEST_F(RunFolderTest, ANameIsTakenOnce) {
    auto first = agent::RunFolder::create(folder_, "run");
    ASSERT_TRUE(first);
    EXPECT_FALSE(agent::RunFolder::create(folder_, "run"));
    struct stat status{};
    ASSERT_EQ(::stat(first->path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

// Wrong: secrets end up on a disk, or in a folder that somebody else made.
TEST_F(RunFolderTest, ThePrivateRootIsOnATmpfsAndThisUsersAlone) {
    const std::string open = folder_ + "/open";
    ASSERT_EQ(::mkdir(open.c_str(), 0755), 0);
    ASSERT_EQ(::symlink(folder_.c_str(), (folder_ + "/link").c_str()), 0);
    const std::string good = folder_ + "/good";
    const std::vector<std::string> candidates{"/proc/cirque", folder_ + "/missing/x", open, folder_ + "/link",
                                              good};
    const auto root = agent::openPrivateRoot(candidates);
    ASSERT_TRUE(root) << root.error().message;
    EXPECT_EQ(*root, good);
    const auto none = agent::openPrivateRoot(std::vector<std::string>{"/proc/cirque", open});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("/proc is not on a tmpfs; "), std::string::npos)
        << none.error().message;
}

} // namespace
} // namespace cirque::exec
