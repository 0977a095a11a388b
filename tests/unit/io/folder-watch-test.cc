// SPDX-License-Identifier: Apache-2.0
#include "io/process/folder-watch.hh"

#include "io/runtime/runtime.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace cirque::io {
namespace {

Task<> awaitChange(FolderWatch* watch, StopToken stop, bool* out) {
    *out = co_await watch->changed(std::move(stop));
}

// Whether something was told, waiting when `wait`.
bool changed(FolderWatch& watch) {
    bool told = false;
    Runtime runtime;
    runtime.run([&] { return awaitChange(&watch, {}, &told); });
    return told;
}

TEST(FolderWatch, TellsEveryKindOfChangeInItsFoldersAndNoOther) {
    const TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "in/deep"));
    ASSERT_TRUE(makeFolders(folder / "out"));
    auto watch = FolderWatch::open();
    ASSERT_TRUE(watch);
    const auto added = watch->watch({folder / "in", folder / "gone"});
    ASSERT_TRUE(added);
    EXPECT_TRUE(*added);
    EXPECT_FALSE(*watch->watch({folder / "in"})) << "nothing new";
    EXPECT_FALSE(watch->takeChanges());
    const auto write = [&](const char* name) { ASSERT_TRUE(writeFileAtomic(folder / name, "x")); };
    write("out/f");
    write("in/deep/f");
    EXPECT_FALSE(watch->takeChanges()) << "neither another folder nor what lies below";
    write("in/f");
    EXPECT_TRUE(changed(*watch));
    ASSERT_EQ(::chmod((folder / "in/f").c_str(), 0700), 0);
    EXPECT_TRUE(changed(*watch)) << "permissions";
    std::filesystem::remove(folder / "in/f");
    EXPECT_TRUE(changed(*watch)) << "removal";
    ASSERT_TRUE(makeFolders(folder / "in/new"));
    EXPECT_TRUE(changed(*watch));
    EXPECT_EQ(watch->takeNewFolders(), (std::vector<std::string>{folder / "in/new"}));
    EXPECT_TRUE(watch->takeNewFolders().empty());
}

TEST(FolderWatch, AFolderThatComesBackIsWatchedAgain) {
    const TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "in"));
    auto watch = FolderWatch::open();
    ASSERT_TRUE(watch);
    ASSERT_TRUE(watch->watch({folder / "in"}));
    ASSERT_TRUE(removeTree(folder / "in"));
    EXPECT_TRUE(changed(*watch));
    ASSERT_TRUE(makeFolders(folder / "in"));
    const auto again = watch->watch({folder / "in"});
    EXPECT_TRUE(again && *again);
    ASSERT_TRUE(writeFileAtomic(folder / "in/f", "x"));
    EXPECT_TRUE(changed(*watch));
}

TEST(FolderWatch, AStopEndsTheWait) {
    auto watch = FolderWatch::open();
    ASSERT_TRUE(watch);
    StopSource stop;
    bool told = true;
    Runtime runtime;
    const std::function<Task<>()> both = [&]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        group.spawn(awaitChange(&*watch, stop.token(), &told));
        co_await yieldNow();
        co_await yieldNow();
        stop.request(StopLevel::Graceful, StopReason::Cancelled);
        co_await group.join();
    };
    runtime.run(both);
    EXPECT_FALSE(told);
}

} // namespace
} // namespace cirque::io
