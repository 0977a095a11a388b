// SPDX-License-Identifier: Apache-2.0
// A job's folder that lies among those of others which may put a link in its place, as in a shared container.
#include "exec/remote/shared-files.hh"

#include "artifact/store.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <filesystem>

namespace cirque::exec {
namespace {

namespace fs = std::filesystem;

class EmptyWorkspaces : public Workspaces {
  public:
    io::Task<Result<void>> make(std::string path, bool /*copyRepo*/, io::StopToken /*stop*/) override {
        co_return io::makeFolders(path);
    }
};

class StoredArtifacts : public Artifacts {
  public:
    explicit StoredArtifacts(std::string root) : store_(std::move(root)) {}

    io::Task<Result<void>> restore(std::string name, std::string folder, std::string path,
                                   io::StopToken /*stop*/) override {
        co_return store_.restore(name, folder, path);
    }

    io::Task<Result<CollectedArtifact>> save(std::string name, std::string folder, std::string path,
                                             io::StopToken /*stop*/) override {
        CIRQUE_CO_TRY(store_.save(folder, path, name));
        co_return CollectedArtifact{};
    }

  private:
    artifact::ArtifactStore store_;
};

class AmongOthers : public SharedFiles {
  public:
    using SharedFiles::SharedFiles;

    io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> /*agent*/,
                                     io::StopToken /*stop*/) override {
        co_return show();
    }
};

class SharedFilesTest : public testing::Test {
  protected:
    SharedFilesTest() {
        fs::create_directories(host());
        fs::create_directories(root_ + "/seen");
        EXPECT_TRUE(io::writeFileAtomic(host() + "/key", "the host's"));
        job_->reports.emplace_back().path = "key";
        files_ = std::make_unique<AmongOthers>(
            SharedFilesOptions{root_ + "/seen/victim", false, job_, root_ + "/hidden/victim"}, workspaces_,
            artifacts_);
    }

    ~SharedFilesTest() override { EXPECT_TRUE(io::removeTree(root_)); }

    [[nodiscard]] std::string host() const { return root_ + "/host"; }

    void run(const std::function<io::Task<>()>& body) {
        io::Runtime runtime;
        runtime.run(body);
    }

    // What the other job does.
    void putALinkInItsPlace() const {
        fs::rename(root_ + "/seen/victim", root_ + "/seen/gone");
        fs::create_directory_symlink(host(), root_ + "/seen/victim");
    }

    std::string root_ = ::mkdtemp((testing::TempDir() + "/shared-files-XXXXXX").data());
    std::shared_ptr<plan::Job> job_ = std::make_shared<plan::Job>();
    EmptyWorkspaces workspaces_;
    StoredArtifacts artifacts_{root_ + "/artifacts"};
    std::unique_ptr<AmongOthers> files_;
};

TEST_F(SharedFilesTest, NobodySeesItBeforeItIsReady) {
    run([&]() -> io::Task<> {
        EXPECT_TRUE(co_await files_->makeBefore({}));
        EXPECT_TRUE(fs::is_empty(root_ + "/seen"));
        EXPECT_TRUE(co_await files_->makeAfter(nullptr, {}));
        EXPECT_TRUE(fs::is_directory(root_ + "/seen/victim"));
        EXPECT_TRUE(co_await files_->remove());
        EXPECT_TRUE(fs::is_empty(root_ + "/seen"));
    });
}

// An artifact of the job must never be the host's file, nor be written where a link leads.
TEST_F(SharedFilesTest, ALinkInItsPlaceLeadsNowhere) {
    run([&]() -> io::Task<> {
        EXPECT_TRUE(co_await files_->makeBefore({}));
        EXPECT_TRUE(co_await files_->makeAfter(nullptr, {}));
        EXPECT_TRUE(io::writeFileAtomic(root_ + "/seen/victim/own", "the job's"));
        EXPECT_TRUE(co_await files_->saveArtifact("own", "own", {}));
        putALinkInItsPlace();
        const auto loot = co_await files_->saveArtifact("loot", "key", {});
        EXPECT_FALSE(loot) << "saved the host's file";
        const FileLimits limits;
        const auto read = co_await files_->readFiles("key", limits, {});
        EXPECT_TRUE(read && read->files.empty());
        EXPECT_TRUE(co_await files_->restoreArtifact("own", "restored", {}));
        EXPECT_FALSE(fs::exists(host() + "/restored")) << "wrote into the host's folder";
        EXPECT_TRUE(fs::exists(root_ + "/seen/gone/restored/own"));
        EXPECT_TRUE(co_await files_->remove());
        EXPECT_TRUE(fs::exists(host() + "/key"));
    });
}

// What another job made at its path beforehand is no folder of this one.
TEST_F(SharedFilesTest, WhatIsAtItsPathIsNotTaken) {
    run([&]() -> io::Task<> {
        fs::create_directory_symlink(host(), root_ + "/seen/victim");
        EXPECT_TRUE(co_await files_->makeBefore({}));
        const auto shown = co_await files_->makeAfter(nullptr, {});
        EXPECT_FALSE(shown);
        EXPECT_NE(shown.error().message.find("/seen/victim"), std::string::npos) << shown.error().message;
        EXPECT_TRUE(co_await files_->remove());
        EXPECT_TRUE(fs::exists(host() + "/key"));
        EXPECT_FALSE(fs::exists(root_ + "/hidden/victim"));
    });
}

} // namespace
} // namespace cirque::exec
