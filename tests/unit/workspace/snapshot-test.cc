// SPDX-License-Identifier: Apache-2.0
#include "workspace/snapshot.hh"

#include "tests/unit/workspace/tree-fixture.hh"

namespace cirque::workspace {
namespace {

class SnapshotTest : public cirque::testing::TreeFixture {
  protected:
    Result<Snapshot> take(const std::string& folder) {
        Result<Snapshot> out = fail(ErrorCode::Process, "never ran");
        auto tree = findTree(at(folder));
        if (!tree) {
            return fail(tree.error());
        }
        const std::string into = at("snap" + std::to_string(++count_));
        await([&] { return Snapshot::take(*tree, into, {}); }, [&](auto taken) { out = std::move(taken); });
        return out;
    }

    void copy(const std::string& folder, const std::string& dest) {
        const auto snapshot = take(folder);
        ASSERT_TRUE(snapshot) << snapshot.error().text();
        const auto made = snapshot->makeJobFolder(at(dest));
        ASSERT_TRUE(made) << made.error().text();
    }

    void commitAll(const std::string& folder) {
        sh(folder, "git init -q -b main; git add -A; git commit -qm one");
    }

  private:
    int count_ = 0;
};

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

TEST_F(SnapshotTest, TakesTrackedAndUntrackedButNotIgnoredOrDeletedFiles) {
    write("tree/.gitignore", "*.log\n/build/\n");
    write("tree/kept", "1");
    write("tree/forced.log", "tracked although ignored");
    write("tree/deleted", "1");
    sh("tree", "git init -q; git add -A; git add -f forced.log; git commit -qm one; rm deleted");
    write("tree/untracked", "1");
    write("tree/x.log", "1");
    write("tree/build/out", "1");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "find . -name .git -prune -o -type f -print | sort"),
              "./.gitignore\n./forced.log\n./kept\n./untracked\n");
}

TEST_F(SnapshotTest, CleanTreeIsCleanInTheJobWithoutHashing) {
    write("tree/a", "1");
    write("tree/sub/b", "2", 0755);
    link("a", "tree/l");
    for (const char* path : {"tree/a", "tree/sub/b", "tree/l"}) {
        setTime(path, 1'600'000'000, 5);
    }
    commitAll("tree");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git status --porcelain"), "");
    // diff-files trusts the index alone: it lists every file whose recorded time or size differs
    EXPECT_EQ(sh("job", "git diff-files"), "");
}

TEST_F(SnapshotTest, ChangedTreeShowsTheSameChangesInTheJob) {
    write("tree/a", "1");
    write("tree/b", "1");
    commitAll("tree");
    write("tree/a", "2"); // same size, perhaps the same second
    sh("tree", "git rm -q --cached b; echo c > c; git add c; echo d > d");
    const std::string before = sh("tree", "git status --porcelain");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git status --porcelain"), before);
    // git takes entries as new as the index for possibly changed: a younger index would hide a change
    EXPECT_EQ(sh("job", "stat -c %y .git/index"), sh("tree", "stat -c %y .git/index"));
    EXPECT_EQ(sh("job", "git diff a | tail -2"), sh("tree", "git diff a | tail -2"));
}

TEST_F(SnapshotTest, JobRepositoryHasHistoryAndRefs) {
    write("tree/a", "1");
    commitAll("tree");
    sh("tree", "git tag v1; git branch other; git pack-refs --all; git branch loose; echo 2 > a; git commit "
               "-qam two");
    copy("tree", "job");
    for (const char* command :
         {"git rev-parse HEAD", "git log --format=%H%s", "git for-each-ref", "git describe --tags",
          "git symbolic-ref HEAD", "git fsck --connectivity-only 2>&1", "git show HEAD~1:a"}) {
        EXPECT_EQ(sh("job", command), sh("tree", command)) << command;
    }
}

TEST_F(SnapshotTest, WhatAJobCommitsStaysInTheJob) {
    write("tree/a", "1");
    commitAll("tree");
    const std::string before = sh("tree", "find . -printf '%p %s %T@\\n' | sort");
    copy("tree", "job");
    EXPECT_EQ(sh("tree", "find . -printf '%p %s %T@\\n' | sort"), before)
        << "taking a snapshot wrote to the tree";
    sh("job",
       "echo 2 > a; git commit -qam two; git tag t; git checkout -q -b new; git branch -D main; git gc -q");
    EXPECT_EQ(sh("tree", "find . -printf '%p %s %T@\\n' | sort"), before)
        << "a job wrote to the user's repository";
    EXPECT_EQ(sh("job", "git log --format=%s"), "two\none\n");
}

TEST_F(SnapshotTest, LinkedWorktreeHasItsOwnHeadAndIndex) {
    write("tree/a", "1");
    commitAll("tree");
    sh("tree",
       "git worktree add -q ../wt -b side; cd ../wt; echo w > w; git add w; git commit -qm side; echo s > s; "
       "git add s");
    copy("wt", "job");
    EXPECT_EQ(sh("job", "git log --format=%s; git symbolic-ref HEAD; git status --porcelain"),
              "side\none\nrefs/heads/side\nA  s\n");
    EXPECT_TRUE(std::filesystem::is_directory(at("job/.git")));
}

TEST_F(SnapshotTest, ShallowAndSharedClonesWork) {
    write("tree/a", "1");
    commitAll("tree");
    sh("tree", "echo 2 > a; git commit -qam two");
    sh("", "git clone -q --depth 1 \"file://$PWD/tree\" shallow; git clone -q --shared tree shared; "
           "git clone -q --shared shared shared2");
    copy("shallow", "job1");
    EXPECT_EQ(sh("job1", "git log --format=%s; git status --porcelain"), "two\n");
    copy("shared2", "job2");
    EXPECT_EQ(sh("job2", "git log --format=%s; git status --porcelain"), "two\none\n");
}

TEST_F(SnapshotTest, ShaTwoFiveSixRepositoryWorks) {
    std::filesystem::create_directories(at("tree"));
    sh("tree", "git init -q --object-format=sha256; echo 1 > a; git add a; git commit -qm one");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git rev-parse HEAD; git status --porcelain"), sh("tree", "git rev-parse HEAD"));
}

TEST_F(SnapshotTest, RepositoryWithoutCommitWorks) {
    write("tree/a", "1");
    sh("tree", "git init -q -b main");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git status --porcelain"), "?? a\n");
}

TEST_F(SnapshotTest, OddFolderNamesReachTheObjects) {
    for (const std::string name : {"with space", "q\"uote", "new\nline", "#hash", "b\\s", "ü:x"}) {
        write(name + "/a", "1");
        commitAll(name);
        copy(name, "job-" + name);
        EXPECT_EQ(sh("job-" + name, "git log --format=%s"), "one\n") << name;
    }
}

TEST_F(SnapshotTest, SubmodulesAndNestedRepositoriesBringTheirFiles) {
    write("lib/code", "1");
    commitAll("lib");
    write("tree/a", "1");
    commitAll("tree");
    sh("tree", "git -c protocol.file.allow=always submodule --quiet add ../lib deps/lib; git commit -qm sub");
    write("tree/nested/n", "1");
    sh("tree/nested", "git init -q -b main; git add n; git commit -qm nested");
    copy("tree", "job");
    EXPECT_EQ(read("job/deps/lib/code"), "1");
    EXPECT_EQ(read("job/nested/n"), "1");
    EXPECT_EQ(sh("job",
                 "git status --porcelain; git -C deps/lib log --format=%s; git -C nested status --porcelain"),
              "?? nested/\none\n");
}

TEST_F(SnapshotTest, SubmoduleThatIsNotCheckedOutIsAnEmptyFolder) {
    write("lib/code", "1");
    commitAll("lib");
    write("tree/a", "1");
    commitAll("tree");
    sh("tree", "git -c protocol.file.allow=always submodule --quiet add ../lib lib; git commit -qm sub");
    sh("", "git clone -q tree clone");
    copy("clone", "job");
    EXPECT_TRUE(std::filesystem::is_empty(at("job/lib")));
    EXPECT_EQ(sh("job", "git status --porcelain"), "");
}

TEST_F(SnapshotTest, TokensInRemotesDoNotReachTheJob) {
    write("tree/a", "1");
    commitAll("tree");
    sh("tree",
       "git remote add origin https://me:s3cret@example.org/r.git; "
       "git config http.https://example.org/.extraheader 'Authorization: s3cret'; "
       "git config url.https://s3cret@example.org/.insteadOf gh: ; git config alias.x '!echo s3cret'");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git remote get-url origin"), "https://example.org/r.git\n");
    EXPECT_EQ(sh("job", "grep -r s3cret .git || true"), "");
}

TEST_F(SnapshotTest, HooksOfTheUserDoNotRunInTheJob) {
    write("tree/a", "1");
    commitAll("tree");
    write("tree/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n", 0755);
    copy("tree", "job");
    sh("job", "git commit -q --allow-empty -m two");
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

TEST_F(SnapshotTest, BrokenRepositoryIsAnErrorInGitsWords) {
    write("tree/a", "1");
    commitAll("tree");
    write("tree/.git/index", "garbage");
    const auto snapshot = take("tree");
    ASSERT_FALSE(snapshot);
    EXPECT_NE(snapshot.error().text().find("index"), std::string::npos) << snapshot.error().text();
}

TEST_F(SnapshotTest, GitVariablesOfAHookDoNotLeadElsewhere) {
    write("tree/a", "1");
    commitAll("tree");
    ::setenv("GIT_DIR", "/nonexistent", 1);
    ::setenv("GIT_INDEX_FILE", "/nonexistent", 1);
    const auto snapshot = take("tree");
    ::unsetenv("GIT_DIR");
    ::unsetenv("GIT_INDEX_FILE");
    ASSERT_TRUE(snapshot) << snapshot.error().text();
    EXPECT_EQ(snapshot->size().files, 1);
}

TEST_F(SnapshotTest, MissingGitMattersOnlyWhereThereIsARepository) {
    write("tree/a", "1");
    write("plain/a", "1");
    commitAll("tree");
    const std::string path = ::getenv("PATH"); // NOLINT: the test is single-threaded here
    ::setenv("PATH", "/nonexistent", 1);
    const auto withGit = take("tree");
    const auto without = take("plain");
    ::setenv("PATH", path.c_str(), 1);
    ASSERT_FALSE(withGit);
    EXPECT_EQ(withGit.error().code, ErrorCode::MissingTool);
    EXPECT_TRUE(without);
}

} // namespace
} // namespace cirque::workspace
