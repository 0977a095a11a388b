// SPDX-License-Identifier: Apache-2.0
#include "artifact/store.hh"
#include "tests/unit/workspace/tree-fixture.hh"

#include <sys/stat.h>

#include <filesystem>

namespace cirque::artifact {
namespace {

namespace fs = std::filesystem;

class TakeOverTest : public cirque::testing::TreeFixture {
  protected:
    TakeOverTest() : former_(at("former")), store_(at("store")) { fs::create_directories(at("job/d")); }

    std::string save() {
        const auto saved = former_.save(at("job"), ".", "a");
        EXPECT_TRUE(saved) << saved.error().text();
        return saved ? saved->sha256 : "";
    }

    ArtifactStore former_;
    ArtifactStore store_;
};

TEST_F(TakeOverTest, WhatIsTakenOverRestoresAsTheOriginal) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const std::string name = "tree" + std::to_string(seed);
        makeRandomTree(name, seed);
        const auto saved = former_.save(at(name), ".", name);
        ASSERT_TRUE(saved);
        const auto taken = store_.takeOver(former_, name, saved->sha256);
        ASSERT_TRUE(taken) << taken.error().text();
        fs::create_directories(at("out-" + name));
        ASSERT_TRUE(store_.restore(name, at("out-" + name), "."));
        EXPECT_EQ(listing(name), listing("out-" + name)) << "seed " << seed;
    }
}

TEST_F(TakeOverTest, FilesAreSharedNotCopied) {
    write("job/d/f", "x");
    const std::string digest = save();
    ASSERT_TRUE(store_.takeOver(former_, "a", digest));
    EXPECT_EQ(fs::hard_link_count(store_.folderOf("a") + "/d/f"), 2U);
    // and one store goes without the other
    ASSERT_TRUE(io::removeTree(at("former")));
    fs::create_directories(at("next"));
    EXPECT_TRUE(store_.restore("a", at("next"), "."));
    EXPECT_EQ(read("next/d/f"), "x");
}

// A place sends what it likes. Followed, a link would hang the run, or put files of the user's own into it.
TEST_F(TakeOverTest, NoLinkOfTheStoreIsFollowed) {
    write("job/d/f", "mine");
    const std::string digest = save();
    const std::string entry = fs::path(former_.folderOf("a")).parent_path();
    const auto refused = [&](const char* what) {
        const auto taken = store_.takeOver(former_, "a", digest);
        ASSERT_FALSE(taken) << what;
        EXPECT_EQ(taken.error().code, ErrorCode::Corrupt) << what << ": " << taken.error().text();
        EXPECT_EQ(fs::hard_link_count(at("own/d/f")), 1U) << what;
    };
    fs::rename(entry + "/files", at("own")); // as if they were the user's
    fs::create_directory_symlink(at("own"), entry + "/files");
    refused("files is a link");
    fs::remove(entry + "/files");
    fs::copy(at("own"), entry + "/files", fs::copy_options::recursive);
    fs::rename(entry + "/manifest", at("list"));
    fs::create_symlink(at("list"), entry + "/manifest");
    refused("manifest is a link");
}

TEST_F(TakeOverTest, NothingIsWaitedForThatIsNoFile) {
    const std::string digest = save();
    const std::string manifest = fs::path(former_.folderOf("a")).parent_path() / "manifest";
    fs::remove(manifest);
    ASSERT_EQ(::mkfifo(manifest.c_str(), 0600), 0);
    EXPECT_FALSE(store_.takeOver(former_, "a", digest));
}

TEST_F(TakeOverTest, NothingThatIsNotWhatWasSavedComesOver) {
    const auto refused = [this](const std::string& digest, ErrorCode code, const char* what) {
        const auto taken = store_.takeOver(former_, "a", digest);
        ASSERT_FALSE(taken) << what;
        EXPECT_EQ(taken.error().code, code) << what << ": " << taken.error().text();
        EXPECT_TRUE(store_.list()->empty()) << what;
        EXPECT_TRUE(!fs::exists(at("store")) || fs::is_empty(at("store"))) << what << ": a half is left";
    };
    refused("", ErrorCode::NotFound, "no such artifact");
    write("job/d/f", "right");
    const std::string digest = save();
    refused(std::string(64, '0'), ErrorCode::Corrupt, "another artifact of that name");
    const std::string file = former_.folderOf("a") + "/d/f";
    write("former/" + fs::relative(file, at("former")).string(), "wrong");
    refused(digest, ErrorCode::Corrupt, "other bytes of the same length");
    fs::remove(file);
    refused(digest, ErrorCode::Corrupt, "a missing file");
    write("secret", "right");
    fs::create_symlink(at("secret"), file);
    refused(digest, ErrorCode::Corrupt, "a link in place of a file, though its bytes are right");
}

TEST_F(TakeOverTest, AFormerArtifactOfThatNameIsReplaced) {
    write("job/d/f", "new");
    const std::string digest = save();
    write("job/d/f", "old");
    ASSERT_TRUE(store_.save(at("job"), ".", "a"));
    ASSERT_TRUE(store_.takeOver(former_, "a", digest));
    fs::create_directories(at("next"));
    ASSERT_TRUE(store_.restore("a", at("next"), "."));
    EXPECT_EQ(read("next/d/f"), "new");
}

TEST_F(TakeOverTest, AStopLeavesNothing) {
    write("job/d/f", "x");
    const std::string digest = save();
    const std::atomic<bool> cancelled = true;
    const auto taken = store_.takeOver(former_, "a", digest, &cancelled);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::Process);
    EXPECT_TRUE(store_.list()->empty());
}

} // namespace
} // namespace cirque::artifact
