// SPDX-License-Identifier: Apache-2.0
#include "cli/target.hh"

#include <gtest/gtest.h>

#include <map>

namespace cirque::cli {
namespace {

std::function<PathKind(const std::string&)> disk(std::map<std::string, PathKind> known) {
    return [known = std::move(known)](const std::string& path) {
        const auto found = known.find(path);
        return found == known.end() ? PathKind::Missing : found->second;
    };
}

TEST(SplitPositionals, OnlyTheFirstWordCanBeATarget) {
    EXPECT_EQ(splitPositionals({"ci.nix", "test"}).target, "ci.nix");
    EXPECT_EQ(splitPositionals({"ci.nix", "other.nix"}).jobs, std::vector<std::string>{"other.nix"});
    EXPECT_EQ(splitPositionals({"test", "ci.nix"}).target, "");
    EXPECT_EQ(splitPositionals({"test", "ci.nix"}).jobs, (std::vector<std::string>{"test", "ci.nix"}));
}

TEST(SplitPositionals, KnowsATargetByItsLook) {
    for (const char* word : {".", "..", "./x", "a/b", "f#n", "github:a", "x.nix", "p.json"}) {
        EXPECT_EQ(splitPositionals({word}).target, word);
    }
    for (const char* word : {"test", "build-all", "nix", "json"}) {
        EXPECT_EQ(splitPositionals({word}).target, "") << word;
    }
}

TEST(SplitPositionals, WordsThatNameMoreOfTheSameTargetAreNames) {
    const Positionals several = splitPositionals({".#checks.fmt", ".#packages.*", ".#x", "job"});
    EXPECT_EQ(several.target, ".#checks.fmt");
    EXPECT_EQ(several.names, (std::vector<std::string>{"packages.*", "x"}));
    EXPECT_EQ(several.jobs, std::vector<std::string>{"job"});
    EXPECT_TRUE(splitPositionals({"ci.nix#a", ".#b"}).names.empty())
        << "another place is no name of this one";
    EXPECT_EQ(splitPositionals({".", ".#b"}).jobs, std::vector<std::string>{".#b"});
}

TEST(ResolveTarget, AFlakeIsTakenWhereThereIsNoWorkflowFile) {
    const auto flake = resolveTarget("", "/p", disk({{"/p/flake.nix", PathKind::File}}));
    ASSERT_TRUE(flake);
    EXPECT_EQ(flake->kind, Target::Kind::Flake);
    EXPECT_EQ(flake->file, "");
    const auto both =
        disk({{"/p", PathKind::Folder}, {"/p/flake.nix", PathKind::File}, {"/p/ci.nix", PathKind::File}});
    EXPECT_EQ(resolveTarget("", "/p", both)->kind, Target::Kind::Workflow);
    EXPECT_EQ(resolveTarget(".", "/p", both)->kind, Target::Kind::Workflow);
    const auto named = resolveTarget(".#x", "/p", both);
    ASSERT_TRUE(named);
    EXPECT_EQ(named->kind, Target::Kind::Flake);
    EXPECT_EQ(named->name, "x");
    EXPECT_EQ(named->file, "/p/ci.nix") << "whose workflow x may be meant";
}

TEST(ResolveTarget, DefaultsToCirqueNixThenCiNix) {
    const auto both =
        resolveTarget("", "/p", disk({{"/p/cirque.nix", PathKind::File}, {"/p/ci.nix", PathKind::File}}));
    ASSERT_TRUE(both);
    EXPECT_EQ(both->file, "/p/cirque.nix");
    const auto one = resolveTarget("", "/p", disk({{"/p/ci.nix", PathKind::File}}));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->file, "/p/ci.nix");
    const auto none = resolveTarget("", "/p", disk({}));
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("/p"), std::string::npos);
}

// As with git and nix, whoever works in a folder of the project need not go to its top first.
TEST(ResolveTarget, TheNearestFolderAboveInTheGitTreeIsTaken) {
    const auto tree = disk({{"/p/.git", PathKind::Folder},
                            {"/p/ci.nix", PathKind::File},
                            {"/p/a/flake.nix", PathKind::File},
                            {"/p/a/b/c", PathKind::Folder},
                            {"/p/d", PathKind::Folder}});
    for (const char* words : {"", "."}) {
        const auto flake = resolveTarget(words, "/p/a/b/c", tree);
        ASSERT_TRUE(flake) << flake.error().text();
        EXPECT_EQ(flake->kind, Target::Kind::Flake);
        EXPECT_EQ(flake->folder, "/p/a");
        const auto file = resolveTarget(words, "/p/d", tree);
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_EQ(file->file, "/p/ci.nix");
        EXPECT_EQ(file->folder, "/p");
    }
    EXPECT_EQ(resolveTarget(".#x", "/p/d", tree)->folder, "/p");
}

// Wrong: a named folder without a workflow runs another one's; somebody else's file above the project runs.
TEST(ResolveTarget, NothingAboveTheGitTreeOrANamedFolderIsTaken) {
    const auto tree = disk({{"/ci.nix", PathKind::File},
                            {"/p/.git", PathKind::Folder},
                            {"/p/d", PathKind::Folder},
                            {"/q/d", PathKind::Folder}});
    const auto inGit = resolveTarget("", "/p/d", tree);
    ASSERT_FALSE(inGit);
    EXPECT_EQ(inGit.error().message, "no workflow in /p/d or above it in its git tree: neither cirque.nix, "
                                     "ci.nix nor flake.nix is there");
    EXPECT_FALSE(resolveTarget("", "/q/d", tree));
    const auto named =
        disk({{"/p/.git", PathKind::Folder}, {"/p/ci.nix", PathKind::File}, {"/p/d", PathKind::Folder}});
    EXPECT_FALSE(resolveTarget("d", "/p", named));
    EXPECT_FALSE(resolveTarget("./d", "/p", named));
}

TEST(ResolveTarget, AFolderMovesTheRunThere) {
    const auto target =
        resolveTarget("sub/", "/p", disk({{"/p/sub", PathKind::Folder}, {"/p/sub/ci.nix", PathKind::File}}));
    ASSERT_TRUE(target) << target.error().text();
    EXPECT_EQ(target->folder, "/p/sub");
    EXPECT_EQ(target->file, "/p/sub/ci.nix");
}

TEST(ResolveTarget, AFileElsewhereDoesNotMoveTheRun) {
    const auto target =
        resolveTarget("/other/ci.nix#release", "/p", disk({{"/other/ci.nix", PathKind::File}}));
    ASSERT_TRUE(target);
    EXPECT_EQ(target->folder, "/p");
    EXPECT_EQ(target->file, "/other/ci.nix");
    EXPECT_EQ(target->name, "release");
}

TEST(ResolveTarget, ADotWithANameUsesTheDefaultFile) {
    const auto target =
        resolveTarget(".#release", "/p", disk({{"/p", PathKind::Folder}, {"/p/ci.nix", PathKind::File}}));
    ASSERT_TRUE(target) << target.error().text();
    EXPECT_EQ(target->file, "/p/ci.nix");
    EXPECT_EQ(target->name, "release");
}

TEST(ResolveTarget, APlanDocumentTakesNoName) {
    EXPECT_EQ(resolveTarget("a.json", "/p", disk({{"/p/a.json", PathKind::File}}))->kind,
              Target::Kind::PlanJson);
    EXPECT_FALSE(resolveTarget("a.json#x", "/p", disk({{"/p/a.json", PathKind::File}})));
}

TEST(ResolveTarget, AFlakeReferenceIsRefusedByName) {
    const auto target = resolveTarget("github:owner/repo#ci", "/p", disk({}));
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().code, ErrorCode::Unsupported);
}

TEST(ResolveTarget, AMissingFileIsNamedInFull) {
    const auto target = resolveTarget("gone.nix", "/p", disk({}));
    ASSERT_FALSE(target);
    EXPECT_NE(target.error().message.find("/p/gone.nix"), std::string::npos);
}

} // namespace
} // namespace cirque::cli
