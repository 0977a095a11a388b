// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/library.hh"

#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

namespace cirque::nix {
namespace {

class LibraryInstall : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "cirque-library-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        state_ = pattern;
    }

    void TearDown() override { std::ignore = io::removeTree(state_); }

    std::string state_;
};

TEST(Library, HoldsEveryFileOfNixLib) {
    EXPECT_TRUE(std::ranges::any_of(libraryFiles(),
                                    [](const LibraryFile& file) { return file.name == "entry.nix"; }));
    EXPECT_TRUE(std::ranges::all_of(libraryFiles(), [](const LibraryFile& file) {
        return file.text.starts_with("# SPDX-License-Identifier: Apache-2.0\n") && file.text.ends_with("\n");
    })) << "a file was cut or changed while it was embedded";
}

TEST_F(LibraryInstall, WritesTheFilesOnceAndNothingElse) {
    const Result<std::string> folder = installLibrary(state_);
    ASSERT_TRUE(folder) << folder.error().text();
    for (const LibraryFile& file : libraryFiles()) {
        EXPECT_EQ(io::readFile(*folder + "/" + std::string(file.name)).value_or(""), file.text);
    }
    const auto before = std::filesystem::last_write_time(*folder);
    EXPECT_EQ(installLibrary(state_).value_or(""), *folder);
    EXPECT_EQ(std::filesystem::last_write_time(*folder), before);
    const auto entries = std::filesystem::directory_iterator(state_ + "/nix-lib");
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a temporary folder was left";
}

TEST_F(LibraryInstall, AnUnwritableStateFolderIsAnErrorThatNamesIt) {
    ASSERT_TRUE(io::writeFileAtomic(state_ + "/nix-lib", "a file in the way"));
    const Result<std::string> folder = installLibrary(state_);
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().text().find("nix-lib"), std::string::npos) << folder.error().text();
}

} // namespace
} // namespace cirque::nix
