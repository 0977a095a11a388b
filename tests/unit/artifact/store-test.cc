// SPDX-License-Identifier: Apache-2.0
#include "artifact/store.hh"

#include "tests/unit/workspace/tree-fixture.hh"

#include <stdio.h>

#include <thread>

namespace cirque::artifact {
namespace {

class ArtifactTest : public cirque::testing::TreeFixture {
  protected:
    ArtifactTest() : store_(at("store")) {
        std::filesystem::create_directories(at("job"));
        std::filesystem::create_directories(at("next"));
    }

    Result<Saved> save(const std::string& path, const std::string& name = "a") {
        return store_.save(at("job"), path, name);
    }

    Result<void> restore(const std::string& path, const std::string& name = "a") {
        return store_.restore(name, at("next"), path);
    }

    // Nothing half-made may stay.
    void expectEmptyStore() {
        EXPECT_TRUE(!std::filesystem::exists(at("store")) || std::filesystem::is_empty(at("store")));
    }

    ArtifactStore store_;
};

TEST_F(ArtifactTest, RandomTreesRoundTrip) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const std::string name = "tree" + std::to_string(seed);
        makeRandomTree(name, seed);
        ASSERT_TRUE(store_.save(at(name), ".", name));
        std::filesystem::create_directories(at("out-" + name));
        const auto restored = store_.restore(name, at("out-" + name), ".");
        ASSERT_TRUE(restored) << restored.error().text();
        EXPECT_EQ(listing(name), listing("out-" + name)) << "seed " << seed;
    }
}

TEST_F(ArtifactTest, RestoredAtDotKeepsItsPath) {
    write("job/dist/frontend/index.html", "x");
    ASSERT_TRUE(save("dist/frontend/"));
    for (const char* path : {".", "./", ""}) {
        ASSERT_TRUE(restore(path));
        EXPECT_EQ(read("next/dist/frontend/index.html"), "x") << path;
        ASSERT_TRUE(io::removeTree(at("next/dist")));
    }
}

TEST_F(ArtifactTest, RestoredElsewhereIsPrefixed) {
    write("job/dist/frontend/index.html", "x");
    ASSERT_TRUE(save("dist/frontend/"));
    for (const char* path : {"public/", "./public", "public"}) {
        ASSERT_TRUE(restore(path));
        EXPECT_EQ(read("next/public/dist/frontend/index.html"), "x") << path;
    }
}

TEST_F(ArtifactTest, DotfilesArriveAtTheTop) {
    write("job/.env", "A=1");
    ASSERT_TRUE(save(".env"));
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(read("next/.env"), "A=1");
}

TEST_F(ArtifactTest, FilesThatAreThereAreOverwrittenOthersStay) {
    write("job/d/f", "new");
    write("next/d/f", "old", 0444);
    write("next/d/g", "kept");
    ASSERT_TRUE(save("d"));
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(read("next/d/f"), "new");
    EXPECT_EQ(read("next/d/g"), "kept");
    EXPECT_EQ(sh("next", "find . -name '.cirque*'"), "");
}

TEST_F(ArtifactTest, MissingPathIsNotFoundAndNamesIt) {
    const auto saved = save("dist/x");
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, ErrorCode::NotFound);
    EXPECT_NE(saved.error().text().find("dist/x does not exist in the job's folder"), std::string::npos);
    EXPECT_EQ(saved.error().text().find(dir), std::string::npos) << "a path of this machine";
    expectEmptyStore();
}

TEST_F(ArtifactTest, UnknownArtifactIsNotFound) {
    EXPECT_EQ(restore(".", "never").error().code, ErrorCode::NotFound);
    EXPECT_TRUE(store_.list().value().empty());
}

TEST_F(ArtifactTest, AbsolutePathsAndDotDotAreRefused) {
    write("job/f", "x");
    write("outside", "x");
    ASSERT_TRUE(save("f"));
    for (const std::string& path :
         {std::string("/etc/passwd"), std::string("../outside"), std::string("a/../../outside"),
          std::string(".."), std::string("a\0b", 3)}) {
        EXPECT_EQ(save(path, "b").error().code, ErrorCode::InvalidPlan) << path;
        EXPECT_EQ(restore(path).error().code, ErrorCode::InvalidPlan) << path;
    }
}

TEST_F(ArtifactTest, LinksAreSavedAsLinksNeverFollowedOut) {
    write("job/d/f", "x");
    link("/etc/passwd", "job/d/abs");
    link("../../outside", "job/d/up");
    link("f", "job/d/near");
    ASSERT_TRUE(save("d"));
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(std::filesystem::read_symlink(at("next/d/abs")), "/etc/passwd");
    EXPECT_EQ(std::filesystem::read_symlink(at("next/d/up")), "../../outside");
    EXPECT_EQ(read("next/d/near"), "x");
}

TEST_F(ArtifactTest, LinkedFolderOutsideIsNotCollected) {
    write("outside/key", "s3cret");
    link("../outside", "job/dist");
    link(at("outside"), "job/abs");
    link("/proc/self/root", "job/proc");
    for (const char* path : {"dist/key", "dist/", "abs/key", "abs/", "proc/etc", "proc/"}) {
        const auto saved = save(path);
        ASSERT_FALSE(saved) << path;
        EXPECT_EQ(saved.error().code, ErrorCode::Permission) << saved.error().text();
    }
    expectEmptyStore();
    // the link itself may be had
    EXPECT_TRUE(save("dist"));
}

TEST_F(ArtifactTest, LinkedFolderInsideIsFollowedByASlash) {
    write("job/build-1/f", "x");
    link("build-1", "job/build");
    ASSERT_TRUE(save("build/"));
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(read("next/build/f"), "x");
    EXPECT_FALSE(std::filesystem::is_symlink(at("next/build")));
}

TEST_F(ArtifactTest, NothingIsWrittenThroughALinkOutOfTheJob) {
    std::filesystem::create_directories(at("outside"));
    write("job/public/f", "x");
    ASSERT_TRUE(save("public"));
    link("../outside", "next/public");
    link(at("outside"), "next/abs");
    EXPECT_EQ(restore(".").error().code, ErrorCode::Permission);
    EXPECT_EQ(restore("abs").error().code, ErrorCode::Permission);
    EXPECT_EQ(restore("abs/deep").error().code, ErrorCode::Permission);
    EXPECT_TRUE(std::filesystem::is_empty(at("outside")));
    EXPECT_EQ(sh("next", "find . -name '.cirque*'"), "");
}

TEST_F(ArtifactTest, LinkAtTheFilesPlaceIsReplacedNotWrittenThrough) {
    write("outside", "mine");
    write("job/f", "x");
    ASSERT_TRUE(save("f"));
    link("../outside", "next/f");
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(read("outside"), "mine");
    EXPECT_EQ(read("next/f"), "x");
}

TEST_F(ArtifactTest, ObstaclesAreFoundBeforeAnythingIsPutInPlace) {
    write("job/d/a", "x");
    write("job/d/sub/f", "x");
    write("job/d/z", "x");
    ASSERT_TRUE(save("d"));
    write("next/d/z/stands", "in the way");
    EXPECT_FALSE(restore("."));
    EXPECT_FALSE(std::filesystem::exists(at("next/d/a")));
    ASSERT_TRUE(io::removeTree(at("next/d")));
    write("next/d/sub", "a file where a folder must go");
    EXPECT_FALSE(restore("."));
    EXPECT_FALSE(std::filesystem::exists(at("next/d/a")));
    ASSERT_TRUE(io::removeTree(at("next/d")));
    link("nowhere", "next/d");
    EXPECT_FALSE(restore("."));
    EXPECT_FALSE(std::filesystem::exists(at("next/nowhere")));
}

TEST_F(ArtifactTest, ChangedStoredFileIsCorrupt) {
    write("job/d/a", "good");
    write("job/d/b", "good");
    ASSERT_TRUE(save("d"));
    ASSERT_TRUE(io::writeFileAtomic(store_.folderOf("a") + "/d/b", "evil"));
    EXPECT_EQ(restore(".").error().code, ErrorCode::Corrupt);
    EXPECT_FALSE(std::filesystem::exists(at("next/d/a")));
}

TEST_F(ArtifactTest, StoredFileThatBecameALinkIsNotFollowed) {
    write("job/f", "x");
    write("outside", "x");
    ASSERT_TRUE(save("f"));
    const std::string stored = store_.folderOf("a") + "/f";
    ASSERT_EQ(::unlink(stored.c_str()), 0);
    ASSERT_EQ(::symlink(at("outside").c_str(), stored.c_str()), 0);
    EXPECT_FALSE(restore("."));
}

TEST_F(ArtifactTest, SpecialFilesInAFolderAreSkippedAndTold) {
    write("job/d/f", "x");
    ASSERT_EQ(::mkfifo(at("job/d/pipe").c_str(), 0600), 0);
    const auto saved = save("d");
    ASSERT_TRUE(saved);
    EXPECT_EQ(saved->skipped, std::vector<std::string>{"d/pipe"});
    EXPECT_EQ(saved->files, 1);
}

TEST_F(ArtifactTest, FifoAsTheArtifactIsAnErrorNotAHang) {
    ASSERT_EQ(::mkfifo(at("job/pipe").c_str(), 0600), 0);
    EXPECT_EQ(save("pipe").error().code, ErrorCode::Unsupported);
    expectEmptyStore();
}

TEST_F(ArtifactTest, CapsNameThemselvesAndLeaveNothing) {
    const ArtifactStore small(at("store"), {.bytes = 100, .files = 5});
    for (int i = 0; i < 5; ++i) {
        write("job/many/" + std::to_string(i), "");
    }
    write("job/big", std::string(101, 'x'));
    write("job/fits", std::string(100, 'x'));
    const auto many = small.save(at("job"), "many", "m");
    ASSERT_FALSE(many);
    EXPECT_NE(many.error().text().find("more than 5 files"), std::string::npos);
    const auto big = small.save(at("job"), "big", "b");
    ASSERT_FALSE(big);
    EXPECT_NE(big.error().text().find("larger than 100 bytes"), std::string::npos);
    expectEmptyStore();
    EXPECT_TRUE(small.save(at("job"), "fits", "f"));
}

TEST_F(ArtifactTest, CancelledSaveAndRestoreLeaveNothing) {
    write("job/f", "x");
    const std::atomic<bool> cancelled{true};
    EXPECT_FALSE(store_.save(at("job"), "f", "a", &cancelled));
    expectEmptyStore();
    ASSERT_TRUE(save("f"));
    EXPECT_FALSE(store_.restore("a", at("next"), ".", &cancelled));
    EXPECT_TRUE(std::filesystem::is_empty(at("next")));
}

TEST_F(ArtifactTest, AnyTextIsAName) {
    write("job/f", "x");
    const std::vector<std::string> names = {"..",    "/", "a/../../b", "a b", "a_b", std::string(5000, 'n'),
                                            "$(id)", ""};
    for (const std::string& name : names) {
        ASSERT_TRUE(save("f", name)) << name;
    }
    const auto all = store_.list();
    ASSERT_TRUE(all);
    EXPECT_EQ(all->size(), names.size());
    for (const std::string& name : names) {
        EXPECT_EQ(store_.find(name)->name, name);
    }
    EXPECT_EQ(sh("", "ls"), "job\nnext\nstore\n") << "something was written outside the store";
}

TEST_F(ArtifactTest, SavingAgainReplaces) {
    write("job/d/old", "x");
    ASSERT_TRUE(save("d"));
    ASSERT_TRUE(io::removeTree(at("job/d")));
    write("job/d/new", "x");
    ASSERT_TRUE(save("d"));
    ASSERT_TRUE(restore("."));
    EXPECT_EQ(sh("next", "find . -type f"), "./d/new\n");
    EXPECT_EQ(sh("store", "ls -A | wc -l"), "1\n");
}

TEST_F(ArtifactTest, FailedSaveKeepsTheFormerArtifact) {
    write("job/d/f", "x");
    ASSERT_TRUE(save("d"));
    EXPECT_FALSE(save("missing"));
    EXPECT_TRUE(restore("."));
}

TEST_F(ArtifactTest, WhatAKilledSaveLeftIsNotListed) {
    write("job/f", "x");
    ASSERT_TRUE(save("f"));
    sh("store", "cp -a a-* .new-ABCDEF; mkdir .new-empty");
    EXPECT_EQ(store_.list()->size(), 1U);
}

TEST_F(ArtifactTest, UnreadableFileFailsTheSave) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    write("job/d/private", "x", 0000);
    EXPECT_EQ(save("d").error().code, ErrorCode::Permission);
    expectEmptyStore();
}

TEST_F(ArtifactTest, UnwritableFoldersRoundTrip) {
    write("job/d/f", "x", 0444);
    ASSERT_EQ(::chmod(at("job/d").c_str(), 0555), 0);
    ASSERT_TRUE(save("d"));
    const auto restored = restore(".");
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_EQ(listing("job"), listing("next"));
}

TEST_F(ArtifactTest, EqualContentHasAnEqualDigest) {
    // times differ between two builds of the same thing
    write("job/f", "x");
    const auto first = save("f", "a");
    setTime("job/f", 1'500'000'000, 1);
    const auto second = save("f", "b");
    write("job/f", "y");
    const auto third = save("f", "c");
    EXPECT_EQ(first->sha256, second->sha256);
    EXPECT_NE(first->sha256, third->sha256);
}

TEST_F(ArtifactTest, SwappingAFolderForALinkNeverLeaksWhatItLeadsTo) {
    // a step's daemon swaps d/sub between a folder and a link to secrets while the artifact is collected
    write("outside/f", "s3cret");
    write("job/d/sub/f", "mine");
    link(at("outside"), "job/d/evil");
    std::atomic<bool> done{false};
    std::jthread swapper([&] {
        while (!done) {
            static_cast<void>(::renameat2(AT_FDCWD, at("job/d/sub").c_str(), AT_FDCWD,
                                          at("job/d/evil").c_str(), RENAME_EXCHANGE));
        }
    });
    for (int i = 0; i < 100; ++i) {
        if (save("d")) {
            EXPECT_EQ(sh("store", "grep -rl s3cret . || true"), "");
            ASSERT_TRUE(io::removeTree(at("store")));
        }
    }
    done = true;
}

} // namespace
} // namespace cirque::artifact
