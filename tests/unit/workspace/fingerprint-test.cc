// SPDX-License-Identifier: Apache-2.0
#include "workspace/fingerprint.hh"

#include "tests/unit/workspace/tree-fixture.hh"
#include "workspace/file-sums.hh"
#include "workspace/stat-cache.hh"

#include <sys/un.h>

#include <atomic>
#include <map>
#include <set>

namespace cirque::workspace {
namespace {

class FingerprintTest : public cirque::testing::TreeFixture {
  protected:
    FingerprintTest() { std::filesystem::create_directories(at("tree")); }

    Result<Fingerprint> take(const FingerprintOptions& options) {
        Result<Fingerprint> out = fail(ErrorCode::Process, "never ran");
        auto tree = findTree(at("tree"));
        if (!tree) {
            return fail(tree.error());
        }
        await([&] { return fingerprintTree(*tree, options, {}); },
              [&](auto taken) { out = std::move(taken); });
        return out;
    }

    // With the cache; what it says must be what reading everything says.
    std::string hash() {
        const auto cached = take({.cacheFile = at("cache/stat")});
        const auto fresh = take({});
        EXPECT_TRUE(cached) << cached.error().text();
        EXPECT_TRUE(fresh) << fresh.error().text();
        EXPECT_EQ(cached->hash, fresh->hash);
        EXPECT_EQ(cached->files, fresh->files);
        return cached ? cached->hash : "";
    }

    void makeGit() { sh("tree", "git init -q -b main; git add -A; git commit -qm one --allow-empty"); }

    // Makes every file old enough to be trusted. ctime cannot be set, so the cache must be told by waiting;
    // instead the test writes the cache's own idea of each file.
    void pretendRead(const std::string& path, const std::string& sumOf) {
        struct stat st{};
        ASSERT_EQ(::lstat(at("tree/" + path).c_str(), &st), 0);
        KnownFile known{.path = path, .facts = FileFacts::of(st), .sum = {}};
        std::ranges::copy(sha256Hex(sumOf), known.sum.begin());
        std::filesystem::create_directories(at("cache"));
        ASSERT_TRUE(saveStatCache(at("cache/stat"), {known}, FileSum{}));
    }
};

// A log that something writes into the tree as fast as it is read has no end. Here a file stands for it that
// says it is empty and has 256 GiB.
TEST(SumFiles, AFileWithoutAnEndIsNamed) {
    KnownFile pages{.path = "pagemap", .facts = {}, .sum = {}};
    KnownFile* const which[] = {&pages};
    const std::atomic<bool> cancelled = false;
    const Result<void> summed = sumFiles("/proc/self", which, cancelled);
    ASSERT_FALSE(summed);
    EXPECT_EQ(summed.error().message, "/proc/self/pagemap changes while it is read");
}

TEST_F(FingerprintTest, EverythingThatAJobMayTakeChangesIt) {
    write("tree/a", "one");
    write("tree/d/b", "two");
    link("a", "tree/l");
    write("tree/.gitignore", "*.o\n");
    makeGit();
    std::set<std::string> seen{hash()};
    const std::vector<std::string> changes = {
        "printf One > a",
        "chmod +x a",
        "mv a c",
        "mv d e",
        "ln -sfn c l",
        "rm l",
        "echo new > untracked",
        "mkdir f; mv untracked f/",
        "echo '' > f/empty",
        "printf '' > f/empty",
        "printf 'x' > $'f/line\\nbreak'",
        "printf 'x' > $'f/\\xff\\xfe'",
        "rm f/empty; ln -s nowhere f/empty",
        "rm f/empty; mkfifo f/empty; git rm -q --cached .gitignore; mv .gitignore f/",
    };
    for (const std::string& change : changes) {
        sh("tree", change);
        EXPECT_TRUE(seen.insert(hash()).second) << change;
    }
}

TEST_F(FingerprintTest, WhatNoJobTakesDoesNotChangeIt) {
    write("tree/a", "one");
    write("tree/.gitignore", "*.o\n");
    makeGit();
    const std::string before = hash();
    for (const char* change : {"touch a; touch -d 2001-01-01 a", "echo x > x.o", "mkdir -p empty/folder",
                               "git commit -q --allow-empty -m two", "git checkout -q -b other",
                               "cp a b; mv b a", "git update-index --assume-unchanged a"}) {
        sh("tree", change);
        EXPECT_EQ(hash(), before) << change;
    }
}

TEST_F(FingerprintTest, ANameCannotPassForAnotherTree) {
    // the record of "a" could be written into a name, were records not told apart
    write("tree/a", "");
    write("tree/b", "");
    const std::string two = hash();
    sh("tree", "rm a b; touch ab");
    EXPECT_NE(hash(), two);
}

TEST_F(FingerprintTest, SameWithAndWithoutGit) {
    write("tree/a", "one");
    write("tree/d/b", "two", 0755);
    const std::string plain = hash();
    makeGit();
    EXPECT_EQ(hash(), plain);
    const auto taken = take({});
    EXPECT_EQ(taken->files, (std::vector<std::string>{"a", "d/b"}));
}

TEST_F(FingerprintTest, EqualSizeAndTimeWithinOneTickIsSeen) {
    write("tree/a", "0");
    // without git a fingerprint takes less than a tick, so that files are written twice within one
    std::map<char, std::string> hashes;
    for (int i = 0; i < 400; ++i) {
        const char digit = static_cast<char>('0' + i % 10);
        const io::UniqueFd fd(::open(at("tree/a").c_str(), O_WRONLY | O_CLOEXEC));
        ASSERT_EQ(::pwrite(fd.get(), &digit, 1, 0), 1);
        setTime("tree/a", 1'000'000'000, 0);
        const auto taken = take({.cacheFile = at("cache/stat")});
        ASSERT_TRUE(taken);
        EXPECT_EQ(hashes.emplace(digit, taken->hash).first->second, taken->hash) << i;
    }
    std::set<std::string> different;
    for (const auto& [digit, hash] : hashes) {
        different.insert(hash);
    }
    EXPECT_EQ(different.size(), hashes.size());
}

TEST_F(FingerprintTest, UnchangedFilesAreNotReadAgain) {
    write("tree/a", "one");
    pretendRead("a", "something else"); // only who reads the file can tell
    const auto cached = take({.cacheFile = at("cache/stat")});
    const auto fresh = take({});
    ASSERT_TRUE(cached && fresh);
    EXPECT_NE(cached->hash, fresh->hash);
    sh("tree", "touch a");
    EXPECT_EQ(take({.cacheFile = at("cache/stat")})->hash, fresh->hash);
}

TEST(FileClock, AFileWrittenWithinATickIsNotTrusted) {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t now = 1'800'000'000 * second + 123'456'789;
    EXPECT_FALSE(isSettled(now, now));
    EXPECT_FALSE(isSettled(now - 10'000'000, now)); // the tick of a kernel of 100 Hz
    EXPECT_TRUE(isSettled(now - 100'000'000, now));
    EXPECT_FALSE(isSettled(now + second, now)); // a file of the future
    // whole seconds: the file system may tick every two
    EXPECT_FALSE(isSettled((1'800'000'000 - 1) * second, now));
    EXPECT_TRUE(isSettled((1'800'000'000 - 2) * second, now));
}

TEST_F(FingerprintTest, ADamagedCacheIsNone) {
    write("tree/a", "one");
    pretendRead("a", "something else");
    const std::string good = read("cache/stat");
    const std::string truth = take({})->hash;
    for (std::size_t i = 0; i < good.size(); i += 3) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x20);
        write("cache/stat", bad);
        EXPECT_EQ(take({.cacheFile = at("cache/stat")})->hash, truth) << i;
    }
    write("cache/stat", good.substr(0, good.size() - 1));
    EXPECT_EQ(take({.cacheFile = at("cache/stat")})->hash, truth);
}

TEST_F(FingerprintTest, SubmodulesAndNestedRepositoriesCount) {
    write("tree/a", "one");
    write("tree/inner/b", "two");
    sh("tree/inner", "git init -q -b main; git add -A; git commit -qm one");
    sh("tree", "git init -q -b main; git add a; git commit -qm one");
    write("lib/c", "three");
    sh("lib", "git init -q -b main; git add -A; git commit -qm one");
    sh("tree", "git -c protocol.file.allow=always submodule --quiet add ../lib lib; git commit -qm lib");
    std::set<std::string> seen{hash()};
    write("tree/inner/b", "2");
    EXPECT_TRUE(seen.insert(hash()).second);
    write("tree/lib/c", "3");
    EXPECT_TRUE(seen.insert(hash()).second);
    write("tree/lib/untracked", "");
    EXPECT_TRUE(seen.insert(hash()).second);
    sh("tree", "git submodule --quiet deinit -f lib");
    EXPECT_TRUE(seen.insert(hash()).second);
}

TEST_F(FingerprintTest, WhatCannotBeReadIsNoGuess) {
    if (geteuid() == 0) {
        GTEST_SKIP() << "root reads everything";
    }
    write("tree/a", "one", 0000);
    EXPECT_FALSE(take({}));
    ASSERT_EQ(::chmod(at("tree/a").c_str(), 0644), 0);
    write("tree/d/b", "two");
    makeGit();
    ASSERT_EQ(::chmod(at("tree/d").c_str(), 0000), 0);
    EXPECT_FALSE(take({}));
    ASSERT_EQ(::chmod(at("tree/d").c_str(), 0755), 0);
}

TEST_F(FingerprintTest, AHomeFolderIsNotReadToItsEnd) {
    write("tree/a", "one");
    write("tree/d/b", "two");
    EXPECT_TRUE(take({.cacheFile = {}, .leaveOut = {}, .mostFiles = 2, .mostBytes = 6}));
    EXPECT_FALSE(take({.cacheFile = {}, .leaveOut = {}, .mostFiles = 1}));
    EXPECT_FALSE(take({.cacheFile = {}, .leaveOut = {}, .mostFiles = 2, .mostBytes = 5}));
}

TEST_F(FingerprintTest, TheStateFolderIsNoPartOfTheTree) {
    write("tree/a", "one");
    const std::string before = take({})->hash;
    write("tree/.state/runs/x", "y");
    write("tree/.state-of-mine", "z");
    const auto without = take({.cacheFile = {}, .leaveOut = at("tree/.state")});
    EXPECT_EQ(without->files, (std::vector<std::string>{".state-of-mine", "a"}));
    EXPECT_NE(without->hash, before);
}

TEST_F(FingerprintTest, TheStampTellsATouchThatTheHashDoesNot) {
    write("tree/a", "one");
    const auto before = take({});
    const auto same = take({});
    sh("tree", "sleep 0.02; printf one > a");
    const auto after = take({});
    EXPECT_EQ(before->stamp, same->stamp);
    EXPECT_EQ(before->hash, after->hash);
    EXPECT_NE(before->stamp, after->stamp);
}

TEST_F(FingerprintTest, AFolderThatBecameALinkIsNotFollowed) {
    write("tree/d/b", "two");
    makeGit();
    write("outside/b", "three");
    sh("tree", "rm -r d; ln -s ../outside d");
    const std::string before = hash();
    write("outside/b", "four");
    EXPECT_EQ(hash(), before);
}

TEST_F(FingerprintTest, RandomTreesAgreeWithAndWithoutTheCache) {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        makeRandomTree("tree/r" + std::to_string(seed), seed);
        hash();
    }
    makeGit();
    const std::string before = hash();
    sh("tree", "rm -r r3");
    EXPECT_NE(hash(), before);
}

} // namespace
} // namespace cirque::workspace
