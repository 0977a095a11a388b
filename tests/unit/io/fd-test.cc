// SPDX-License-Identifier: Apache-2.0
#include "io/process/fd.hh"

#include "io/process/tree-size.hh"
#include "tests/unit/io/temp-folder.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace cirque::io {
namespace {

bool exists(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0;
}

// Root ignores permissions; a foreign file system identity does not.
class Unprivileged {
  public:
    explicit Unprivileged(const std::string& folder) {
        if (::geteuid() == 0) {
            changed_ = ::chown(folder.c_str(), 65534, 65534) == 0;
            ::setfsuid(65534);
        }
    }

    ~Unprivileged() {
        if (changed_) {
            ::setfsuid(0);
        }
    }

  private:
    bool changed_ = false;
};

TEST(UniqueFd, ClosesOnceAndOnlyItsOwn) {
    auto pipe = makePipe();
    ASSERT_TRUE(pipe);
    int number = pipe->read.get();
    UniqueFd moved = std::move(pipe->read);
    EXPECT_FALSE(pipe->read);
    EXPECT_NE(::fcntl(number, F_GETFD), -1);
    moved.reset();
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(MakePipe, IsCloseOnExecWithTheAskedCapacity) {
    auto pipe = makePipe(1 << 18);
    ASSERT_TRUE(pipe);
    EXPECT_TRUE(::fcntl(pipe->read.get(), F_GETFD) & FD_CLOEXEC);
    EXPECT_TRUE(::fcntl(pipe->write.get(), F_GETFD) & FD_CLOEXEC);
    EXPECT_GE(::fcntl(pipe->write.get(), F_GETPIPE_SZ), 1 << 18);
}

TEST(ReadFile, WholeContentAlsoWhereTheSizeIsNotKnown) {
    TempFolder folder;
    std::string bytes(10'000, 'x');
    bytes[5000] = '\0';
    ASSERT_TRUE(writeFileAtomic(folder / "f", bytes));
    EXPECT_EQ(*readFile(folder / "f"), bytes);
    auto status = readFile("/proc/self/status");
    ASSERT_TRUE(status);
    EXPECT_TRUE(status->starts_with("Name:"));
}

TEST(ReadFile, RefusesMoreThanTheLimitAndNamesTheFile) {
    TempFolder folder;
    ASSERT_TRUE(writeFileAtomic(folder / "f", "12345"));
    EXPECT_TRUE(readFile(folder / "f", 5));
    auto tooBig = readFile(folder / "f", 4);
    ASSERT_FALSE(tooBig);
    EXPECT_NE(tooBig.error().message.find(folder / "f"), std::string::npos);
    EXPECT_FALSE(readFile("/dev/zero", 1000)); // no end, no size
}

TEST(ReadFile, MissingIsNotFound) {
    auto missing = readFile("/nowhere/at/all");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
}

TEST(WriteFileAtomic, ReplacesWithTheModeAndLeavesNoTemporaryFile) {
    TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "d"));
    ASSERT_TRUE(writeFileAtomic(folder / "d/f", "old"));
    ASSERT_TRUE(writeFileAtomic(folder / "d/f", "new", 0600));
    EXPECT_EQ(*readFile(folder / "d/f"), "new");
    struct stat info{};
    ASSERT_EQ(::stat((folder / "d/f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777u, 0600u);
    ASSERT_FALSE(writeFileAtomic(folder / "d", "a folder is in the way"));
    ASSERT_EQ(::unlink((folder / "d/f").c_str()), 0);
    EXPECT_EQ(::rmdir((folder / "d").c_str()), 0);
    EXPECT_EQ(::rmdir(folder.path().c_str()), 0);
}

TEST(WriteAll, SaysWhatItCouldNotWrite) {
    UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    auto written = writeAll(full.get(), "x", "the journal");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::DiskFull);
    EXPECT_NE(written.error().message.find("the journal"), std::string::npos);
}

TEST(MakeFolders, MakesAllAndAcceptsWhatIsThere) {
    TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "a/b/c"));
    ASSERT_TRUE(makeFolders(folder / "a/b/c/"));
    EXPECT_TRUE(exists(folder / "a/b/c"));
    ASSERT_TRUE(writeFileAtomic(folder / "file", ""));
    EXPECT_FALSE(makeFolders(folder / "file"));
    EXPECT_FALSE(makeFolders(folder / "file/below"));
}

TEST(RemoveTree, MissingIsFine) {
    EXPECT_TRUE(removeTree("/tmp/cirque-surely-not-there"));
}

TEST(RemoveTree, RemovesAFileAndAFolderWithManySubfolders) {
    TempFolder folder;
    for (int at = 0; at < 40; ++at) {
        auto sub = folder / ("t/" + std::to_string(at));
        ASSERT_TRUE(makeFolders(sub + "/x"));
        ASSERT_TRUE(writeFileAtomic(sub + "/x/.hidden", "1"));
        ASSERT_TRUE(writeFileAtomic(sub + "/file", "1"));
    }
    EXPECT_TRUE(removeTree(folder / "t/3/file"));
    EXPECT_FALSE(exists(folder / "t/3/file"));
    EXPECT_TRUE(removeTree(folder / "t"));
    EXPECT_FALSE(exists(folder / "t"));
}

// The user's own files behind a link must survive.
TEST(RemoveTree, FollowsNoLink) {
    TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "precious"));
    ASSERT_TRUE(writeFileAtomic(folder / "precious/file", "1"));
    ASSERT_TRUE(makeFolders(folder / "tree"));
    ASSERT_EQ(::symlink((folder / "precious").c_str(), (folder / "tree/link").c_str()), 0);
    ASSERT_EQ(::symlink((folder / "precious").c_str(), (folder / "root-link").c_str()), 0);
    EXPECT_TRUE(removeTree(folder / "tree"));
    EXPECT_TRUE(removeTree(folder / "root-link"));
    EXPECT_FALSE(exists(folder / "tree"));
    EXPECT_FALSE(exists(folder / "root-link"));
    EXPECT_TRUE(exists(folder / "precious/file"));
}

TEST(RemoveTree, MakesUnwritableAndUnreadableFoldersItsOwn) {
    TempFolder folder;
    Unprivileged self(folder.path());
    ASSERT_TRUE(makeFolders(folder / "t/locked/inner"));
    ASSERT_TRUE(makeFolders(folder / "t/hidden"));
    ASSERT_TRUE(writeFileAtomic(folder / "t/locked/file", "1"));
    ASSERT_TRUE(writeFileAtomic(folder / "t/hidden/file", "1"));
    ASSERT_EQ(::chmod((folder / "t/locked").c_str(), 0555), 0);
    ASSERT_EQ(::chmod((folder / "t/hidden").c_str(), 0), 0);
    auto removed = removeTree(folder / "t");
    EXPECT_TRUE(removed) << removed.error().message;
    EXPECT_FALSE(exists(folder / "t"));
}

// Deeper than descriptors or PATH_MAX allow a naive walk.
TEST(RemoveTree, AnyDepth) {
    TempFolder folder;
    UniqueFd here(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int depth = 0; depth < 1500; ++depth) {
        ASSERT_EQ(::mkdirat(here.get(), "dd", 0755), 0);
        UniqueFd next(::openat(here.get(), "dd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        here = std::move(next);
    }
    here.reset();
    EXPECT_TRUE(removeTree(folder / "dd"));
    EXPECT_FALSE(exists(folder / "dd"));
}

// What a link points at belongs to somebody else.
TEST(TreeSize, CountsWhatLiesBelowAndFollowsNoLink) {
    TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "t/sub"));
    ASSERT_TRUE(writeFileAtomic(folder / "large", std::string(1 << 20, 'x')));
    ASSERT_EQ(::symlink((folder / "large").c_str(), (folder / "t/link").c_str()), 0);
    const auto small = treeSize(folder / "t");
    EXPECT_LT(small, 1 << 19);
    ASSERT_TRUE(writeFileAtomic(folder / "t/sub/file", std::string(1 << 20, 'x')));
    EXPECT_GE(treeSize(folder / "t"), small + (1 << 20));
    EXPECT_EQ(treeSize(folder / "missing"), 0);
}

// Another thread makes and removes folders meanwhile: what they hide from the walk must not be more.
TEST(GiveTree, AFolderThatGoesMeanwhileHidesNoOther) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root gives files away";
    }
    const TempFolder folder;
    std::vector<std::string> stay;
    for (int at = 0; at < 20; ++at) {
        stay.push_back(folder / fmt::format("stay{}/f", at));
        ASSERT_TRUE(makeFolders(folder / fmt::format("stay{}", at)));
        ASSERT_TRUE(writeFileAtomic(stay.back(), "x"));
    }
    std::atomic<bool> done = false;
    std::thread other([&] {
        for (int at = 0; !done; ++at) {
            const std::string goes = folder / fmt::format("goes{}", at % 200);
            (void)::mkdir(goes.c_str(), 0700);
            (void)::rmdir((folder / fmt::format("goes{}", (at + 5) % 200)).c_str());
        }
    });
    int missed = 0;
    for (unsigned round = 1; round <= 200; ++round) {
        EXPECT_TRUE(giveTree(folder.path(), round, 0));
        missed += static_cast<int>(std::ranges::count_if(stay, [&](const std::string& path) {
            struct stat status{};
            return ::stat(path.c_str(), &status) != 0 || status.st_uid != round;
        }));
    }
    done = true;
    other.join();
    EXPECT_EQ(missed, 0);
}

// As the path of a held descriptor, which no link can take the place of, and of links the links.
TEST(GiveTree, TakesAHeldFolderAndFollowsNoLink) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root gives files away";
    }
    const TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "precious"));
    ASSERT_TRUE(makeFolders(folder / "tree/deep/er"));
    ASSERT_TRUE(writeFileAtomic(folder / "tree/deep/er/file", "x"));
    ASSERT_EQ(::symlink((folder / "precious").c_str(), (folder / "tree/deep/link").c_str()), 0);
    const UniqueFd held(::open((folder / "tree").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::rename((folder / "tree").c_str(), (folder / "gone").c_str()), 0);
    ASSERT_EQ(::symlink((folder / "precious").c_str(), (folder / "tree").c_str()), 0);
    EXPECT_TRUE(giveTree(fmt::format("/proc/self/fd/{}/.", held.get()), 1234, 1234));
    EXPECT_TRUE(giveTree(folder / "tree", 1235, 1235));
    const auto ownerOf = [&](const std::string& name) {
        struct stat status{};
        return ::lstat((folder / name).c_str(), &status) == 0 ? status.st_uid : ~0U;
    };
    EXPECT_EQ(ownerOf("precious"), 0U);
    EXPECT_EQ(ownerOf("tree"), 1235U);
    for (const char* name : {"gone", "gone/deep", "gone/deep/link", "gone/deep/er/file"}) {
        EXPECT_EQ(ownerOf(name), 1234U) << name;
    }
}

} // namespace
} // namespace cirque::io
