// SPDX-License-Identifier: Apache-2.0
// Closures and where their files lie: what Nix's words mean, and set logic. The real Nix is in
// tests/functional/nix/closure-test.cc.
#include "nix/store/closure.hh"

#include "nix/store/copy.hh"
#include "nix/store/place.hh"
#include "nix/store/query.hh"

#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

std::string folderOf(std::string_view uri) {
    const Result<StorePlace> place = placeOf(uri);
    return place ? place->folder : "no place";
}

TEST(Closure, SizesStandBehindThePaths) {
    const Result<std::vector<SizedPath>> paths = parseSizes("/nix/store/a-part-1  \t        120\n"
                                                            "/nix/store/b-part-499\t 123456789012\n");
    ASSERT_TRUE(paths);
    EXPECT_EQ(*paths, (std::vector<SizedPath>{{"/nix/store/a-part-1", 120},
                                              {"/nix/store/b-part-499", 123456789012}}));
    EXPECT_EQ(parseSizes("")->size(), 0u);
}

// Wrong: a path without a size, or a message of Nix, silently counts as nothing to copy.
TEST(Closure, WhatIsNoPathAndSizeIsRefused) {
    for (const char* text : {"/nix/store/a\n", "/nix/store/a 1x\n", "/nix/store/a -1\n", "warning: 12\n",
                             "/nix/store/a 99999999999999999999\n"}) {
        const Result<std::vector<SizedPath>> paths = parseSizes(text);
        ASSERT_FALSE(paths) << text;
        EXPECT_EQ(paths.error().code, ErrorCode::Corrupt);
    }
}

TEST(Closure, OnlyWhatAPlaceLacksIsMissing) {
    Closure closure;
    closure.paths = {{"/nix/store/c", 3}, {"/nix/store/b", 2}, {"/nix/store/a", 1}};
    const std::vector<std::string> present{"/nix/store/b", "/nix/store/other"};
    EXPECT_EQ(closure.missingAt(present), (std::vector<SizedPath>{{"/nix/store/c", 3}, {"/nix/store/a", 1}}))
        << "each still after what it refers to";
    EXPECT_EQ(closure.missingAt({}), closure.paths);
}

TEST(StorePlace, OfEachKindOfStore) {
    for (const char* uri : {"", "auto", "daemon", "local", "local://", "unix://", "unix:///run/nix.socket"}) {
        EXPECT_EQ(folderOf(uri), "") << uri;
    }
    for (const char* uri : {"/x", "/x/", "local?root=/x", "local://?root=/x", "local:///x", "/x?trusted=1",
                            "local?store=/gnu/store&root=/x", "unix:///s?root=/x"}) {
        EXPECT_EQ(folderOf(uri), "/x/nix/store") << uri;
    }
    EXPECT_EQ(folderOf("local?root=/a%20b"), "/a b/nix/store");
    EXPECT_EQ(folderOf("local?root=/x&real=/y/store"), "/y/store");
    for (const char* uri : {"", "auto", "local", "local?root=/x", "local:///x", "/x", "/x?a=b"}) {
        EXPECT_TRUE(isOwnStore(uri)) << uri;
    }
    for (const char* uri : {"daemon", "unix:///s", "daemon?root=/x", "ssh://host", "localhost"}) {
        EXPECT_FALSE(isOwnStore(uri)) << uri;
    }
    for (const char* uri :
         {"ssh://host", "ssh-ng://host?root=/x", "https://cache", "file:///c", "dummy://", "x"}) {
        EXPECT_EQ(folderOf(uri), "no place") << uri;
    }
}

TEST(StorePlace, PathsKeepTheirNames) {
    EXPECT_EQ(StorePlace{}.physicalPath("/gnu/store/h-n"), "/gnu/store/h-n");
    EXPECT_EQ(StorePlace{"/x/nix/store"}.physicalPath("/nix/store/h-n"), "/x/nix/store/h-n");
}

TEST(Query, TheReasonIsOneLineWithoutColours) {
    EXPECT_EQ(reasonIn("warning: x\nerror: one\nerror:\n   \x1b[31mtwo\x1b[0m\n   three\n", "nix"),
              "two three");
    EXPECT_EQ(reasonIn(" \n", "nix"), "nix gave no reason");
}

TEST(Copier, RootsAtThePlaceFetchNothing) {
    EXPECT_EQ(rootCommand("/r", {"/nix/store/a"}),
              (std::vector<std::string>{"nix-store", "--realise", "/nix/store/a", "--option", "substitute",
                                        "false", "--add-root", "/r/closure", "--indirect"}));
}

TEST(Copier, APathThatGoesIsNotFetched) {
    BuildMeter meter(MonoTime{}, "copying");
    const std::string path = "/nix/store/00000000000000000000000000000000-hello-2.12";
    meter.take(FetchStarted{path, ""});
    const std::optional<Measure> told = meter.due({}, MonoTime{250'000'000});
    ASSERT_TRUE(told);
    EXPECT_EQ(told->current, "copying hello-2.12");
}

} // namespace
} // namespace cirque::nix
