// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/mounts.hh"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

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

// Where they lead, or why not.
std::string resolved(std::vector<Mount> mounts, const std::string& hidden) {
    const std::vector<std::string> all{"/no/such/folder", hidden};
    const auto done = resolveMounts(mounts, all);
    return done ? mounts.front().source : std::string(toString(done.error().code));
}

TEST(Mounts, MustNotShowWhatIsHidden) {
    const std::string refused(toString(ErrorCode::Permission));
    const std::vector<Mount> mounts{{"/usr/bin", "/b", false}};
    EXPECT_EQ(resolved(mounts, "/usr/bin"), refused);
    EXPECT_EQ(resolved(mounts, "/usr"), refused);
    EXPECT_EQ(resolved(mounts, "/usr/bin/state"), refused);
    EXPECT_EQ(resolved({{"/", "/host", false}}, "/usr/bin"), refused);
    EXPECT_EQ(resolved(mounts, "/usr/b"), "/usr/bin");
    EXPECT_EQ(resolved(mounts, "/usr/lib"), "/usr/bin");
}

TEST(Mounts, ALinkHidesNothingOnEitherSide) {
    std::string root = "/tmp/cirque-mounts-test-XXXXXX";
    ASSERT_NE(::mkdtemp(root.data()), nullptr);
    std::filesystem::create_directories(root + "/real/below");
    std::filesystem::create_directory_symlink(root + "/real", root + "/link");
    const std::string refused(toString(ErrorCode::Permission));
    EXPECT_EQ(resolved({{root + "/real", "/b", false}}, root + "/link"), refused);
    EXPECT_EQ(resolved({{root + "/real/below", "/b", false}}, root + "/link"), refused);
    EXPECT_EQ(resolved({{root + "/link", "/b", false}}, root + "/real/below"), refused);
    EXPECT_EQ(resolved({{root + "/link/below", "/b", false}}, "/usr"), root + "/real/below");
    std::filesystem::remove_all(root);
}

// The tree of a pull request may hold a link to anywhere; the workflow meant a folder of the tree.
TEST(Mounts, ARelativeOneStaysInTheTree) {
    std::string root = "/tmp/cirque-mounts-test-XXXXXX";
    ASSERT_NE(::mkdtemp(root.data()), nullptr);
    std::filesystem::create_directories(root + "/tree/in");
    std::filesystem::create_directories(root + "/tree2");
    std::filesystem::create_directory_symlink(root + "/tree", root + "/name");
    std::filesystem::create_directory_symlink("../tree2", root + "/tree/out");
    std::filesystem::create_directory_symlink("in", root + "/tree/here");
    const auto of = [&root](const std::string& source) {
        const std::string options = R"({"mounts": [{"source": ")" + source + R"(", "target": "/m"}]})";
        const auto mounts = parsed(options, root + "/name");
        return mounts ? resolved(*mounts, "/usr") : mounts.error().text();
    };
    const std::string refused(toString(ErrorCode::Permission));
    EXPECT_EQ(of("out"), refused);
    EXPECT_EQ(of("../tree2"), refused);
    EXPECT_EQ(of("here"), root + "/tree/in");
    EXPECT_EQ(of("."), root + "/tree");
    EXPECT_EQ(of(root + "/tree/out"), root + "/tree2") << "the workflow says it";
    std::filesystem::remove_all(root);
}

// "Only read" means nothing to a device.
TEST(Mounts, ADeviceIsWrittenOrNotThere) {
    const std::string refused(toString(ErrorCode::InvalidPlan));
    EXPECT_EQ(resolved({{"/dev/zero", "/z", false}}, "/usr"), refused);
    EXPECT_EQ(resolved({{"/dev/zero", "/z", true}}, "/usr"), "/dev/zero");
    EXPECT_EQ(resolved({{"/dev", "/d", false}}, "/usr"), refused) << "it holds some";
    EXPECT_EQ(resolved({{"/dev/null", "/n", false}}, "/usr"), "/dev/null") << "nothing comes of it";
}

} // namespace
} // namespace cirque::exec
