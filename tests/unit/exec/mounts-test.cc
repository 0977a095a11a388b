// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/mounts.hh"

#include <gtest/gtest.h>

namespace cirque::exec {
namespace {

Result<std::vector<Mount>> parsed(std::string_view text, std::string_view tree = "/") {
    return mountsOf(parseJson(text, "options")->as_object(), "mounts", tree);
}

TEST(Mounts, AreNoneWithoutTheKey) {
    EXPECT_TRUE(parsed("{}")->empty());
}

TEST(Mounts, HaveAShortFormThatIsOnlyRead) {
    const auto mounts = parsed(R"({"mounts": ["/usr/bin/", "usr"]})");
    ASSERT_TRUE(mounts);
    ASSERT_EQ(mounts->size(), 2u);
    EXPECT_EQ(mounts->at(0).source, "/usr/bin");
    EXPECT_EQ(mounts->at(0).target, "/usr/bin");
    EXPECT_FALSE(mounts->at(0).write);
    EXPECT_EQ(mounts->at(1).source, "/usr") << "below the tree";
}

TEST(Mounts, CanBeWrittenAndLieElsewhere) {
    const auto mounts =
        parsed(R"({"mounts": [{"source": "bin", "target": "/a/./b/", "write": true}]})", "/usr");
    ASSERT_TRUE(mounts);
    EXPECT_EQ(mounts->at(0).source, "/usr/bin");
    EXPECT_EQ(mounts->at(0).target, "/a/b");
    EXPECT_TRUE(mounts->at(0).write);
}

TEST(Mounts, AreRefusedWithTheirReason) {
    const auto missing = parsed(R"({"mounts": ["/no/such/folder"]})");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_NE(missing.error().text().find("/no/such/folder"), std::string::npos);
    const auto target = parsed(R"({"mounts": [{"source": "/usr", "target": "somewhere"}]})");
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().code, ErrorCode::InvalidPlan);
    EXPECT_FALSE(parsed(R"({"mounts": [{"source": "/usr", "target": "/"}]})"));
    EXPECT_FALSE(parsed(R"({"mounts": [{"target": "/usr"}]})"));
}

TEST(Mounts, MustNotShowWhatIsHidden) {
    const std::vector<Mount> mounts{{"/usr/bin", "/b", false}};
    EXPECT_FALSE(refuseShowing(mounts, "/usr/bin"));
    EXPECT_FALSE(refuseShowing(mounts, "/usr"));
    EXPECT_FALSE(refuseShowing(mounts, "/usr/bin/state"));
    EXPECT_FALSE(refuseShowing({{"/", "/host", false}}, "/usr/bin"));
    EXPECT_TRUE(refuseShowing(mounts, "/usr/b"));
    EXPECT_TRUE(refuseShowing(mounts, "/usr/lib"));
}

} // namespace
} // namespace cirque::exec
