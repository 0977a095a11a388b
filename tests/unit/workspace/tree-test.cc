// SPDX-License-Identifier: Apache-2.0
#include "workspace/tree.hh"

#include "tests/unit/workspace/tree-fixture.hh"

namespace cirque::workspace {
namespace {

class TreeTest : public cirque::testing::TreeFixture {};

TEST_F(TreeTest, TopLevelOfTheRepository) {
    write("tree/a/b/c", "1");
    sh("tree", "git init -q");
    const auto tree = findTree(at("tree/a/b"));
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->root + "\n", sh("tree/a/b", "git rev-parse --show-toplevel"));
    EXPECT_EQ(tree->git, (GitPlace{at("tree/.git"), at("tree/.git")}));
}

TEST_F(TreeTest, WithoutARepositoryTheFolderItself) {
    write("tree/a/b", "1");
    const auto tree = findTree(at("tree/a"));
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->root, at("tree/a"));
    EXPECT_FALSE(tree->git);
}

TEST_F(TreeTest, WorktreeAndSubmodule) {
    write("lib/x", "1");
    write("tree/x", "1");
    for (const char* folder : {"lib", "tree"}) {
        sh(folder, "git init -q -b main; git add -A; git commit -qm one");
    }
    sh("tree",
       "git worktree add -q ../wt; git -c protocol.file.allow=always submodule --quiet add ../lib sub");
    for (const char* folder : {"wt", "tree/sub"}) {
        const auto tree = findTree(at(folder));
        ASSERT_TRUE(tree) << folder;
        ASSERT_TRUE(tree->git) << folder;
        EXPECT_EQ(tree->root, at(folder));
        EXPECT_EQ(tree->git->dir + "\n", sh(folder, "git rev-parse --absolute-git-dir"));
        EXPECT_EQ(tree->git->common + "\n", sh(folder, "realpath \"$(git rev-parse --git-common-dir)\""));
    }
}

TEST_F(TreeTest, FolderNamedGitThatIsNoRepositoryIsPassedOver) {
    write("tree/sub/.git/readme", "1");
    sh("tree", "git init -q");
    EXPECT_EQ(findTree(at("tree/sub"))->root, at("tree"));
}

TEST_F(TreeTest, GitFileThatLeadsNowhereIsAnError) {
    // going on upwards would copy the wrong tree
    write("tree/.git", "gitdir: /nonexistent\n");
    const auto tree = findTree(at("tree"));
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().code, ErrorCode::Corrupt);
}

TEST_F(TreeTest, MissingFolderIsNotFound) {
    EXPECT_EQ(findTree(at("no/such")).error().code, ErrorCode::NotFound);
}

TEST_F(TreeTest, FileIsNoFolder) {
    write("f", "1");
    EXPECT_FALSE(findTree(at("f")));
}

} // namespace
} // namespace cirque::workspace
