// SPDX-License-Identifier: Apache-2.0
// Artifacts and reports of a place that shares no disk, by a real cirque-agent: whoever moves them hears a
// stop.
#include "exec/remote/sent-files.hh"

#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace cirque::exec {
namespace {

constexpr Millis patience{20000};

class NoTree : public Workspaces {
  public:
    io::Task<Result<void>> make(std::string path, bool /*copyRepo*/, io::StopToken /*stop*/) override {
        co_return io::makeFolders(path);
    }
};

class OneArtifact : public Artifacts {
  public:
    explicit OneArtifact(std::string folder) : folder_(std::move(folder)) {}

    io::Task<Result<void>> restore(std::string /*name*/, std::string /*folder*/, std::string /*path*/,
                                   io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "not here");
    }

    io::Task<Result<CollectedArtifact>> save(std::string /*name*/, std::string /*folder*/,
                                             std::string /*path*/, io::StopToken /*stop*/) override {
        co_return fail(ErrorCode::Unsupported, "not here");
    }

    io::Task<Result<std::string>> locate(std::string /*name*/) override { co_return folder_; }

    io::Task<Result<void>> takeOver(std::string /*name*/, std::string /*root*/, std::string /*sha256*/,
                                    io::StopToken stop) override {
        taken = !stop.stopRequested();
        co_return taken ? Result<void>() : Result<void>(fail(ErrorCode::Process, "it was stopped"));
    }

    bool taken = false;

  private:
    std::string folder_;
};

class SentFilesTest : public testing::Test {
  protected:
    SentFilesTest() {
        std::string name = "/dev/shm/cirque-sent-test-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directory(folder_ + "/artifact");
        EXPECT_TRUE(io::writeFileAtomic(folder_ + "/artifact/f", "text"));
    }

    ~SentFilesTest() override { std::filesystem::remove_all(folder_); }

    static io::Task<std::shared_ptr<AgentConnection>> agentIn(std::string folder) {
        io::SpawnOptions options;
        options.argv = {CIRQUE_AGENT};
        auto agent = AgentConnection::start(options).value();
        EXPECT_TRUE(co_await agent->greet(patience, {}));
        co_return agent;
    }

    static std::string opening(const std::string& folder) {
        agent::OpenJob open;
        open.name = "job";
        open.jobFolder = folder + "/there";
        open.transfersFolder = folder + "/transfers";
        open.privateRoots = {folder + "/private"};
        open.toolsFolder = folder + "/tools";
        open.leader = CIRQUE_LEADER;
        return toBytes(open);
    }

    std::string folder_;
};

TEST_F(SentFilesTest, AStopEndsWhatIsUnderWayAndTheAgentStays) {
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        NoTree trees;
        OneArtifact artifacts(folder_ + "/artifact");
        SentFilesOptions options;
        options.place = std::make_shared<SentPlace>(SentPlace{folder_ + "/there"});
        options.job = std::make_shared<const plan::Job>();
        options.start = std::make_shared<StartTree>(folder_ + "/start", std::vector<std::string>{}, trees);
        std::filesystem::create_directories(folder_ + "/start/tree");
        SentFiles files(options, artifacts);
        const auto agent = co_await agentIn(folder_);
        EXPECT_TRUE(co_await files.makeAfter(agent, {}));
        EXPECT_TRUE(co_await agent->call(opening(folder_), nullptr, {}));
        EXPECT_TRUE(io::writeFileAtomic(folder_ + "/there/f", "text"));
        io::StopSource stop;
        stop.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        EXPECT_FALSE(co_await files.saveArtifact("a", "f", stop.token()));
        EXPECT_FALSE(artifacts.taken);
        EXPECT_FALSE(co_await files.restoreArtifact("a", "", stop.token()));
        EXPECT_TRUE(co_await files.saveArtifact("a", "f", {}));
        EXPECT_TRUE(artifacts.taken);
        EXPECT_FALSE(agent->lost());
        (void)co_await files.remove();
        EXPECT_TRUE((co_await agent->close(patience)).ok());
    });
}

} // namespace
} // namespace cirque::exec
