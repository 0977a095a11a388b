// SPDX-License-Identifier: Apache-2.0
// The .git of a job's folder, and what git has to say about which files are taken.
#include "tests/unit/workspace/snapshot-fixture.hh"

#include <cstdlib>

namespace cirque::workspace {
namespace {

class JobRepositoryTest : public SnapshotTest {};

TEST_F(JobRepositoryTest, TakesTrackedAndUntrackedButNotIgnoredOrDeletedFiles) {
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

TEST_F(JobRepositoryTest, CleanTreeIsCleanInTheJobWithoutHashing) {
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

TEST_F(JobRepositoryTest, ChangedTreeShowsTheSameChangesInTheJob) {
    write("tree/a", "1");
    write("tree/b", "1");
    commitAll("tree");
    write("tree/a", "2"); // same size, perhaps the same second
    sh("tree", "git rm -q --cached b; echo c > c; git add c; echo d > d");
    const std::string before = sh("tree", "git status --porcelain");
    copy("tree", "job");
    // git takes entries as new as the index for possibly changed: a younger index would hide a change
    EXPECT_EQ(sh("job", "stat -c %y .git/index"), sh("tree", "stat -c %y .git/index"));
    EXPECT_EQ(sh("job", "git status --porcelain"), before);
    EXPECT_EQ(sh("job", "git diff a | tail -2"), sh("tree", "git diff a | tail -2"));
}

TEST_F(JobRepositoryTest, JobRepositoryHasHistoryAndRefs) {
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

TEST_F(JobRepositoryTest, WhatAJobCommitsStaysInTheJob) {
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

TEST_F(JobRepositoryTest, LinkedWorktreeHasItsOwnHeadAndIndex) {
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

TEST_F(JobRepositoryTest, ShallowAndSharedClonesWork) {
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

TEST_F(JobRepositoryTest, ShaTwoFiveSixRepositoryWorks) {
    std::filesystem::create_directories(at("tree"));
    sh("tree", "git init -q --object-format=sha256; echo 1 > a; git add a; git commit -qm one");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git rev-parse HEAD; git status --porcelain"), sh("tree", "git rev-parse HEAD"));
}

TEST_F(JobRepositoryTest, RepositoryWithoutCommitWorks) {
    write("tree/a", "1");
    sh("tree", "git init -q -b main");
    copy("tree", "job");
    EXPECT_EQ(sh("job", "git status --porcelain"), "?? a\n");
}

TEST_F(JobRepositoryTest, OddFolderNamesReachTheObjects) {
    for (const std::string name : {"with space", "q\"uote", "new\nline", "#hash", "b\\s", "ü:x"}) {
        write(name + "/a", "1");
        commitAll(name);
        copy(name, "job-" + name);
        EXPECT_EQ(sh("job-" + name, "git log --format=%s"), "one\n") << name;
    }
}

TEST_F(JobRepositoryTest, SubmodulesAndNestedRepositoriesBringTheirFiles) {
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

TEST_F(JobRepositoryTest, SubmoduleThatIsNotCheckedOutIsAnEmptyFolder) {
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

TEST_F(JobRepositoryTest, TokensInRemotesDoNotReachTheJob) {
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

TEST_F(JobRepositoryTest, HooksOfTheUserDoNotRunInTheJob) {
    write("tree/a", "1");
    commitAll("tree");
    write("tree/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n", 0755);
    copy("tree", "job");
    sh("job", "git commit -q --allow-empty -m two");
}

TEST_F(JobRepositoryTest, BrokenRepositoryIsAnErrorInGitsWords) {
    write("tree/a", "1");
    commitAll("tree");
    write("tree/.git/index", "garbage");
    const auto snapshot = take("tree");
    ASSERT_FALSE(snapshot);
    EXPECT_NE(snapshot.error().text().find("index"), std::string::npos) << snapshot.error().text();
}

TEST_F(JobRepositoryTest, GitVariablesOfAHookDoNotLeadElsewhere) {
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

TEST_F(JobRepositoryTest, MissingGitMattersOnlyWhereThereIsARepository) {
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
