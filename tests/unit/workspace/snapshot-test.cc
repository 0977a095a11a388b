// SPDX-License-Identifier: Apache-2.0
#include "workspace/snapshot.hh"

#include "tests/unit/workspace/snapshot-fixture.hh"

#include <stdio.h>

#include <thread>

namespace cirque::workspace {
namespace {

TEST_F(SnapshotTest, FolderWithoutGitIsCopiedExactly) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        const std::string name = "tree" + std::to_string(seed);
        makeRandomTree(name, seed);
        copy(name, "job" + std::to_string(seed));
        EXPECT_EQ(listing(name), listing("job" + std::to_string(seed))) << "seed " << seed;
    }
}

TEST_F(SnapshotTest, GitTreeIsCopiedExactly) {
    for (unsigned seed = 20; seed <= 23; ++seed) {
        const std::string name = "tree" + std::to_string(seed);
        makeRandomTree(name, seed);
        sh(name, "find . -type d -empty -delete; git init -q");
        copy(name, "job" + std::to_string(seed));
        EXPECT_EQ(listing(name), listing("job" + std::to_string(seed))) << "seed " << seed;
    }
}

TEST_F(SnapshotTest, JobFoldersDoNotShareFiles) {
    // a hard link would let one job change what the next one sees
    write("tree/f", "old");
    write("tree/big", std::string(400'000, 'x'));
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    ASSERT_TRUE(snapshot->makeJobFolder(at("job1")));
    sh("job1", "echo new > f; echo y >> big");
    ASSERT_TRUE(snapshot->makeJobFolder(at("job2")));
    EXPECT_EQ(read("job2/f"), "old");
    EXPECT_EQ(read("job2/big").size(), 400'000U);
    EXPECT_EQ(read("tree/f"), "old");
}

TEST_F(SnapshotTest, LaterChangesOfTheTreeAreNotSeen) {
    write("tree/f", "at the start");
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    write("tree/f", "later");
    write("tree/g", "later");
    ASSERT_TRUE(snapshot->makeJobFolder(at("job")));
    EXPECT_EQ(read("job/f"), "at the start");
    EXPECT_FALSE(std::filesystem::exists(at("job/g")));
}

TEST_F(SnapshotTest, LastUseMovesLargeFilesAndUsesTheSnapshotUp) {
    makeRandomTree("tree", 99);
    write("tree/big", std::string(400'000, 'x'), 0755);
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    ASSERT_TRUE(snapshot->makeJobFolder(at("job"), {.lastUse = true}));
    EXPECT_EQ(listing("tree"), listing("job"));
    EXPECT_FALSE(snapshot->makeJobFolder(at("job2")));
    EXPECT_FALSE(std::filesystem::exists(at("job2")));
}

TEST_F(SnapshotTest, SnapshotGoesAwayWithItsObject) {
    write("tree/f", "x");
    {
        const auto snapshot = take("tree");
    }
    EXPECT_FALSE(std::filesystem::exists(at("snap1")));
}

TEST_F(SnapshotTest, LinksAreCopiedNeverFollowed) {
    write("secret/key", "s3cret");
    write("tree/d/key", "mine");
    commitAll("tree");
    // the tracked folder d is now a link out of the tree: git lists d/key, which must not be read through it
    sh("tree", "rm -r d; ln -s ../secret d; ln -s /etc/passwd p");
    copy("tree", "job");
    EXPECT_EQ(std::filesystem::read_symlink(at("job/d")), "../secret");
    EXPECT_EQ(std::filesystem::read_symlink(at("job/p")), "/etc/passwd");
    EXPECT_EQ(sh("job", "find . -name .git -prune -o -type f -print"), "");
}

TEST_F(SnapshotTest, FilesThatVanishOrChangeMeanwhileAreNoErrorAndNothingLeaks) {
    write("outside/f", "s3cret");
    for (int i = 0; i < 300; ++i) {
        write("tree/d" + std::to_string(i % 10) + "/f" + std::to_string(i), "x");
    }
    write("tree/sub/f", "mine");
    link(at("outside"), "tree/evil");
    std::atomic<bool> done{false};
    std::jthread editor([&] {
        for (int i = 0; !done; ++i) {
            const std::string path = at("tree/d" + std::to_string(i % 10) + "/f" + std::to_string(i % 300));
            ::unlink(path.c_str());
            ::renameat2(AT_FDCWD, at("tree/sub").c_str(), AT_FDCWD, at("tree/evil").c_str(), RENAME_EXCHANGE);
            const io::UniqueFd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
            static_cast<void>(
                io::writeAll(out.get(), std::string(static_cast<std::size_t>(i % 5000), 'y'), path));
        }
    });
    for (int i = 0; i < 20; ++i) {
        const auto snapshot = take("tree");
        ASSERT_TRUE(snapshot) << snapshot.error().text();
        ASSERT_TRUE(snapshot->makeJobFolder(at("job")));
        EXPECT_EQ(sh("job", "find . -type f -exec grep -l s3cret {} + || true"), "");
        ASSERT_TRUE(io::removeTree(at("job")));
    }
    done = true;
}

TEST_F(SnapshotTest, SpecialFilesAreLeftOutWithANotice) {
    write("tree/a", "1");
    ASSERT_EQ(::mkfifo(at("tree/pipe").c_str(), 0600), 0);
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->notices().size(), 1U);
    EXPECT_NE(snapshot->notices()[0].find("pipe"), std::string::npos);
    ASSERT_TRUE(snapshot->makeJobFolder(at("job")));
    EXPECT_FALSE(std::filesystem::exists(at("job/pipe")));
}

TEST_F(SnapshotTest, TrackedFileThatBecameAFifoDoesNotBlock) {
    write("tree/a", "1");
    commitAll("tree");
    sh("tree", "rm a; mkfifo a");
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->size().files, 0);
}

TEST_F(SnapshotTest, SetIdBitsAreNotCopied) {
    // a copy made by root would otherwise hand out root's rights
    write("tree/tool", "x", 06755);
    copy("tree", "job");
    struct stat st{};
    ASSERT_EQ(::stat(at("job/tool").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0755U);
}

TEST_F(SnapshotTest, HolesStayHoles) {
    std::filesystem::create_directories(at("tree"));
    sh("tree", "truncate -s 300M sparse; printf end >> sparse");
    copy("tree", "job");
    struct stat st{};
    ASSERT_EQ(::stat(at("job/sparse").c_str(), &st), 0);
    EXPECT_EQ(st.st_size, (300 << 20) + 3);
    EXPECT_LT(st.st_blocks, 4096);
    EXPECT_EQ(sh("job", "tail -c 3 sparse"), "end");
}

TEST_F(SnapshotTest, ModesDoNotDependOnTheUmask) {
    write("tree/open", "x", 0666);
    sh("tree", "mkdir shared; chmod 777 shared");
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    const mode_t old = ::umask(077);
    const auto made = snapshot->makeJobFolder(at("job"));
    ::umask(old);
    ASSERT_TRUE(made);
    EXPECT_EQ(listing("tree"), listing("job"));
}

TEST_F(SnapshotTest, CancelledJobFolderLeavesNothing) {
    write("tree/f", "x");
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    const std::atomic<bool> cancelled{true};
    EXPECT_FALSE(snapshot->makeJobFolder(at("job"), {.cancelled = &cancelled}));
    EXPECT_FALSE(std::filesystem::exists(at("job")));
}

TEST_F(SnapshotTest, StoppedSnapshotLeavesNothing) {
    write("tree/f", "x");
    io::StopSource source;
    source.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    const Tree tree = findTree(at("tree")).value();
    await([&] { return Snapshot::take(tree, at("snap"), source.token()); },
          [](auto taken) { EXPECT_FALSE(taken); });
    EXPECT_FALSE(std::filesystem::exists(at("snap")));
}

TEST_F(SnapshotTest, ExistingJobFolderIsRefusedAndKept) {
    write("tree/f", "x");
    write("job/mine", "x");
    const auto snapshot = take("tree");
    ASSERT_TRUE(snapshot);
    EXPECT_FALSE(snapshot->makeJobFolder(at("job")));
    EXPECT_EQ(read("job/mine"), "x");
}

TEST_F(SnapshotTest, UnreadableFileIsAnErrorThatNamesIt) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    write("tree/sub/private", "x", 0000);
    const auto snapshot = take("tree");
    ASSERT_FALSE(snapshot);
    EXPECT_NE(snapshot.error().text().find("sub/private"), std::string::npos);
}

TEST_F(SnapshotTest, WithoutCopyRepoTheFolderIsEmpty) {
    ASSERT_TRUE(makeEmptyJobFolder(at("jobs/a")));
    EXPECT_TRUE(std::filesystem::is_empty(at("jobs/a")));
    ASSERT_TRUE(Snapshot().makeJobFolder(at("jobs/b")));
    EXPECT_TRUE(std::filesystem::is_empty(at("jobs/b")));
}

} // namespace
} // namespace cirque::workspace
