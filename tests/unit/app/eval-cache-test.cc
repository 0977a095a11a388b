// SPDX-License-Identifier: Apache-2.0
#include "app/local/eval-cache.hh"

#include "app/local/housekeeping.hh"
#include "app/local/roots-lock.hh"
#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>

namespace cirque::app {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
  protected:
    Folder() {
        std::string pattern = ::testing::TempDir() + "cirque-XXXXXX";
        dir = fs::canonical(::mkdtemp(pattern.data()));
    }

    ~Folder() override { std::ignore = io::removeTree(dir); }

    [[nodiscard]] std::string at(const std::string& path) const { return dir + "/" + path; }

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(at(path)).parent_path());
        ASSERT_TRUE(io::writeFileAtomic(at(path), text));
    }

    std::string dir;
};

class FactsTest : public Folder {
  protected:
    // As if the evaluation began an hour from now: everything here is old.
    FactSources sources(std::vector<std::string> files = {}) {
        files_ = std::move(files);
        FactSources out;
        out.root = at("tree");
        out.files = files_;
        out.constant = {at("store")};
        out.own = {at("state/db"), at("state/gc.lock")};
        out.downloads = {at("cache/nix")};
        out.began = workspace::fileClock() + hour;
        return out;
    }

    Result<std::vector<Fact>> facts(std::vector<nix::Look> looks, std::vector<std::string> files = {}) {
        return factsOf({.complete = true, .looks = std::move(looks)}, sources(std::move(files)));
    }

    // "absent a", "folder b", "same c", relative to the test's folder.
    std::vector<std::string> told(std::vector<nix::Look> looks, std::vector<std::string> files = {}) {
        const auto found = facts(std::move(looks), std::move(files));
        EXPECT_TRUE(found) << found.error().text();
        constexpr std::array names{"absent ", "folder ", "same "};
        std::vector<std::string> out;
        for (const Fact& fact : found.value_or(std::vector<Fact>())) {
            out.push_back(names[static_cast<std::size_t>(fact.kind)] + fact.path.substr(dir.size() + 1));
        }
        return out;
    }

    using Told = std::vector<std::string>;
    static constexpr std::int64_t hour = 3600LL * 1'000'000'000;
    std::vector<std::string> files_;
};

TEST_F(FactsTest, FilesOfTheTreeNeedNone) {
    write("tree/d/a", "x");
    write("tree/ignored", "x");
    EXPECT_EQ(told({{at("tree/d/a"), true}}, {"d/a"}), Told{});
    EXPECT_EQ(told({{at("tree/ignored"), true}}, {"d/a"}), Told{"same tree/ignored"});
    EXPECT_EQ(told({{at("tree/d"), false}}, {"d/a"}), Told{"folder tree/d"});
    EXPECT_EQ(told({{at("tree/d"), true}, {at("tree/d"), false}}, {"d/a"}), Told{"same tree/d"});
    EXPECT_EQ(told({{at("tree/none/at/all"), false}}, {"d/a"}), Told{"absent tree/none"});
}

TEST_F(FactsTest, LinksOnTheWayCount) {
    write("outside/d/a", "x");
    write("tree/x", "x");
    fs::create_symlink("../outside", at("tree/link"));
    fs::create_symlink(at("outside/d"), at("outside/e"));
    EXPECT_EQ(told({{at("tree/./link/e/../d/a"), true}}),
              (Told{"same outside/d/a", "same outside/e", "same tree/link"}));
    EXPECT_EQ(told({{at("tree/link/d/a"), true}}, {"link"}), Told{"same outside/d/a"})
        << "where a link of the tree leads is part of the fingerprint; what is there is not";
    fs::create_symlink("loop", at("loop"));
    EXPECT_FALSE(facts({{at("loop"), true}}));
}

TEST_F(FactsTest, StoreAndBookkeepingNeedNone) {
    write("store/abc-x/file", "x");
    write("state/db/db.sqlite", "x");
    write("state/gc.lock", "");
    write("state/profiles/p", "x");
    EXPECT_EQ(
        told({{at("store/abc-x/file"), true}, {at("state/db/db.sqlite"), true}, {at("state/gc.lock"), true}}),
        Told{});
    EXPECT_EQ(told({{at("state/profiles/p"), true}}), Told{"same state/profiles/p"});
    EXPECT_EQ(told({{at("store/def-y"), false}}), Told{"absent store/def-y"});
    EXPECT_EQ(told({{at("store"), true}}), Told{"same store"}) << "a list of the whole store";
    fs::create_symlink(at("state/profiles/p"), at("store/abc-x/link"));
    EXPECT_EQ(told({{at("store/abc-x/link"), true}}), Told{"same state/profiles/p"});
}

TEST_F(FactsTest, WhatDoesNotHoldStillIsRefused) {
    EXPECT_FALSE(facts({{"/proc/loadavg", true}}));
    EXPECT_TRUE(facts({{"/proc/self/maps", true}}));
    write("cache/nix/fetcher-cache-v1.sqlite", "x");
    EXPECT_FALSE(facts({{at("cache/nix/fetcher-cache-v1.sqlite"), true}}));
    write("tree/t.nix", "builtins.currentTime");
    EXPECT_FALSE(facts({{at("tree/t.nix"), true}}, {"t.nix"}));
    EXPECT_TRUE(facts({{at("tree/t.nix"), false}}, {"t.nix"}));
    write("store/abc/t.nix", "b: b.currentTime");
    EXPECT_FALSE(facts({{at("store/abc/t.nix"), true}}));
    ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
    EXPECT_FALSE(facts({{at("pipe"), true}}));
    EXPECT_FALSE(factsOf({.complete = true, .network = true}, sources()));
    EXPECT_FALSE(factsOf({.complete = true, .programs = true}, sources()));
    EXPECT_FALSE(factsOf({.complete = false}, sources()));
}

TEST_F(FactsTest, WhatChangedWhileNixWasReadingIsRefused) {
    write("outside/a", "x");
    FactSources now = sources();
    now.began = workspace::fileClock() - hour; // so the file was written after the beginning
    EXPECT_FALSE(factsOf({.complete = true, .looks = {{at("outside/a"), true}}}, now));
    EXPECT_FALSE(factsOf({.complete = true, .looks = {{at("outside/b"), false}}}, now))
        << "it may have been there";
}

TEST_F(FactsTest, HoldAsLongAsNothingChanges) {
    write("a", "x");
    fs::create_directories(at("d"));
    fs::create_symlink("a", at("l"));
    const std::vector<nix::Look> looks = {
        {at("a"), true}, {at("d"), true}, {at("l"), true}, {at("none"), false}};
    const std::vector<std::function<void()>> changes = {
        [&] { write("a", "y"); },
        [&] { ASSERT_EQ(::chmod(at("a").c_str(), 0755), 0); },
        [&] { write("d/new", ""); },
        [&] { fs::remove(at("l")), fs::create_symlink("d", at("l")); },
        [&] { write("none", ""), fs::remove(at("d/new")); },
        [&] { fs::remove(at("a")), fs::create_directory(at("a")); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto found = facts(looks);
        ASSERT_TRUE(found) << i << found.error().text();
        EXPECT_TRUE(stillHold(*found)) << i;
        ::usleep(30'000); // a tick of the file system's clock
        changes[i]();
        EXPECT_FALSE(stillHold(*found)) << i;
    }
}

EvalEntry anEntry(const std::string& text = "{}") {
    EvalEntry entry;
    entry.document = text;
    entry.notes = "warning: \n";
    entry.facts = {{.kind = FactKind::Folder, .path = "/"}, {.kind = FactKind::Absent, .path = "/nowhere"}};
    return entry;
}

TEST(EvalEntryTest, ComesBackAsItWasOrNotAtAll) {
    EvalEntry entry = anEntry();
    entry.paths = {"/nix/store/a", "/nix/store/b"};
    const std::string bytes = toBytes(entry);
    EXPECT_EQ(parseEntry(bytes), entry);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string bad = bytes;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_FALSE(parseEntry(bad)) << i;
        EXPECT_FALSE(parseEntry(bytes.substr(0, i))) << i;
    }
    EXPECT_FALSE(parseEntry(bytes + "x"));
}

TEST(EvalKeyTest, PartsAreToldApart) {
    EXPECT_NE(evalKey({"a", "bc"}), evalKey({"ab", "c"}));
    EXPECT_NE(evalKey({"a", "b"}), evalKey({"b", "a"}));
    EXPECT_NE(evalKey({"a"}), evalKey({"a", ""}));
    EXPECT_EQ(evalKey({"a", "b"}), evalKey({"a", "b"}));
}

class EvalCacheFolder : public Folder {
  protected:
    void age(const std::string& path, long seconds) const {
        const timespec then{::time(nullptr) - seconds, 0};
        const std::array<timespec, 2> times{then, then};
        ASSERT_EQ(::utimensat(AT_FDCWD, at(path).c_str(), times.data(), 0), 0);
    }
};

TEST_F(EvalCacheFolder, FindsWhatHoldsAndExists) {
    const EvalCache cache(dir);
    EXPECT_FALSE(cache.find("k"));
    EvalEntry entry = anEntry();
    entry.paths = {at("path")};
    ASSERT_TRUE(cache.keep("k", entry));
    EXPECT_FALSE(cache.find("k")) << "a store path of it is gone";
    write("path", "");
    EXPECT_EQ(cache.find("k"), entry);
    entry.facts.push_back({.kind = FactKind::Absent, .path = at("path")});
    ASSERT_TRUE(cache.keep("k", entry));
    EXPECT_FALSE(cache.find("k")) << "a fact of it does not hold";
}

TEST_F(EvalCacheFolder, TheLeastUsedGoFirstAndTheirRootsWithThem) {
    const EvalCache cache(dir, {.entries = 3, .bytes = 1 << 20});
    for (const std::string key : {"a", "b", "c"}) {
        ASSERT_TRUE(cache.keep(key, anEntry()));
        fs::create_directories(cache.rootsFolder(key));
        age("eval/" + key + ".entry", key == "a" ? 3000 : 4000);
        age("eval/" + key + ".roots", 4000);
    }
    EXPECT_TRUE(cache.find("b")); // it is the last one used now
    write("eval/x.entry.tmp-1", "");
    age("eval/x.entry.tmp-1", 100'000);
    ASSERT_TRUE(cache.keep("d", anEntry()));
    EXPECT_TRUE(cache.find("a") && cache.find("b") && cache.find("d"));
    EXPECT_FALSE(cache.find("c"));
    EXPECT_FALSE(fs::exists(cache.rootsFolder("c")));
    EXPECT_TRUE(fs::exists(cache.rootsFolder("a")));
    EXPECT_FALSE(fs::exists(at("eval/x.entry.tmp-1")));
}

TEST_F(EvalCacheFolder, RootsThatARunStandsOnStay) {
    const EvalCache cache(dir, {.entries = 1, .bytes = 1 << 20});
    config::Settings settings;
    settings.stateDir = dir;
    const std::string roots = cache.rootsFolder("a");
    Result<io::UniqueFd> first = holdRoots(roots);
    Result<io::UniqueFd> second = holdRoots(roots);
    ASSERT_TRUE(first && second) << "several runs may stand on them";
    age("eval/a.roots", 100'000);
    ASSERT_TRUE(cache.keep("b", anEntry()));
    EXPECT_TRUE(fs::exists(roots)) << "keeping another one removed them";
    ASSERT_TRUE(collectGarbage(settings, {.all = true}));
    EXPECT_TRUE(fs::exists(roots)) << "collecting removed them";
    *first = {};
    ASSERT_TRUE(collectGarbage(settings, {.all = true}));
    EXPECT_TRUE(fs::exists(roots)) << "one run is left";
    *second = {};
    ASSERT_TRUE(collectGarbage(settings, {.all = true}));
    EXPECT_FALSE(fs::exists(roots));
}

TEST_F(EvalCacheFolder, BytesAreLimitedToo) {
    const EvalCache cache(dir, {.entries = 100, .bytes = 3000});
    EXPECT_FALSE(cache.keep("large", anEntry(std::string(4000, 'x'))));
    ASSERT_TRUE(cache.keep("a", anEntry(std::string(2000, 'x'))));
    age("eval/a.entry", 100);
    ASSERT_TRUE(cache.keep("b", anEntry(std::string(2000, 'x'))));
    EXPECT_FALSE(cache.find("a"));
    EXPECT_TRUE(cache.find("b"));
}

} // namespace
} // namespace cirque::app
