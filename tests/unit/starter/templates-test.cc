// SPDX-License-Identifier: Apache-2.0
#include "starter/templates.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cirque::starter {
namespace {

using Names = std::vector<std::string>;

std::vector<std::string> paths(const Template& which, bool fresh) {
    std::vector<std::string> out;
    for (const PlannedFile& file : plannedFiles(which, fresh)) {
        out.emplace_back(file.path);
    }
    return out;
}

TEST(Templates, EveryFolderOfTemplatesIsInTheTableAndTheReverse) {
    std::set<std::string> folders;
    for (const TemplateFile& file : templateFiles()) {
        folders.insert(std::string(file.path.substr(0, file.path.find('/'))));
    }
    std::set<std::string> names;
    for (const Template& known : templates()) {
        names.insert(std::string(known.name));
    }
    EXPECT_EQ(folders, names);
}

TEST(Templates, EachHasExactlyOneWorkflowAndAFreshFolderGetsMore) {
    for (const Template& known : templates()) {
        EXPECT_EQ(paths(known, false), Names{"ci.nix"}) << known.name;
        const Names fresh = paths(known, true);
        EXPECT_EQ(std::ranges::count(fresh, "ci.nix"), 1) << known.name;
        EXPECT_GE(fresh.size(), 3U) << known.name << ": a project, a test and the workflow";
        EXPECT_EQ(std::ranges::count(fresh, "ci.existing.nix"), 0) << known.name;
    }
}

TEST(Templates, FilesThatBeginWithADotTravelToo) {
    const Names cpp = paths(**requireTemplate("cpp"), true);
    EXPECT_EQ(std::ranges::count(cpp, ".gitignore"), 1);
}

TEST(Templates, AnExistingFlakeGetsAWorkflowOfItsOwn) {
    const Template& flake = **requireTemplate("flake");
    EXPECT_NE(plannedFiles(flake, false).front().text, plannedFiles(flake, true).front().text);
}

TEST(Templates, ALanguageIsASurerSignThanAFlake) {
    EXPECT_EQ(detectTemplate(Names{"flake.nix", "Cargo.toml"})->name, "rust");
    EXPECT_EQ(detectTemplate(Names{"flake.nix", "README.md"})->name, "flake");
    EXPECT_EQ(detectTemplate(Names{"README.md"}), nullptr);
}

TEST(Templates, AFolderWithOnlyDotFilesAndAReadmeIsFresh) {
    EXPECT_TRUE(isFreshFolder(Names{}));
    EXPECT_TRUE(isFreshFolder(Names{".git", "README.md", "LICENSE"}));
    EXPECT_FALSE(isFreshFolder(Names{".git", "main.c"}));
}

TEST(Templates, AnUnknownNameIsAnErrorWithTheNearest) {
    const auto found = requireTemplate("rsut");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Usage);
    EXPECT_NE(found.error().hint.find("'rust'"), std::string::npos) << found.error().hint;
}

} // namespace
} // namespace cirque::starter
