// SPDX-License-Identifier: Apache-2.0
#include "workspace/ignore.hh"

#include "tests/unit/workspace/tree-fixture.hh"
#include "workspace/walk.hh"

namespace cirque::workspace {
namespace {

using Verdict = IgnoreFile::Verdict;

Verdict judge(std::string_view text, std::string_view path, bool isFolder = false) {
    return IgnoreFile::parse(text).judge(path, isFolder);
}

TEST(IgnoreTest, PatternWithoutSlashMatchesAtAnyDepth) {
    EXPECT_EQ(judge("*.o", "a/b/c.o"), Verdict::Ignored);
    EXPECT_EQ(judge("/x.o", "a/x.o"), Verdict::None);
    EXPECT_EQ(judge("a/*.o", "a/b/c.o"), Verdict::None) << "a star does not cross a slash";
}

TEST(IgnoreTest, LastPatternDecidesAndMayKeep) {
    EXPECT_EQ(judge("*.o\n!keep.o", "keep.o"), Verdict::Kept);
    EXPECT_EQ(judge("!keep.o\n*.o", "keep.o"), Verdict::Ignored);
}

TEST(IgnoreTest, TrailingSlashMeansFoldersOnly) {
    EXPECT_EQ(judge("build/", "build", true), Verdict::Ignored);
    EXPECT_EQ(judge("build/", "build", false), Verdict::None);
}

TEST(IgnoreTest, CommentsSpacesAndQuotes) {
    EXPECT_EQ(judge("#x", "#x"), Verdict::None);
    EXPECT_EQ(judge("\\#x\n", "#x"), Verdict::Ignored);
    EXPECT_EQ(judge("\\!x", "!x"), Verdict::Ignored);
    EXPECT_EQ(judge("x  \r\n", "x"), Verdict::Ignored);
    EXPECT_EQ(judge("x\\ ", "x "), Verdict::Ignored);
}

TEST(IgnoreTest, SlashInASetDoesNotSeparate) {
    EXPECT_EQ(judge("[a/b]", "a"), Verdict::Ignored);
    EXPECT_EQ(judge("a\\/b", "a/b"), Verdict::Ignored);
}

TEST(IgnoreTest, ManyStarsEndSoon) {
    std::string glob;
    for (int i = 0; i < 200; ++i) {
        glob += "*a";
    }
    EXPECT_FALSE(matchGlob(glob + "b", std::string(5000, 'a')));
}

class IgnoreAgainstGit : public cirque::testing::TreeFixture {
  protected:
    std::string pattern(std::mt19937& random) {
        static constexpr std::array pieces = {
            "a", "b",    "ab",  "*",   "**", "?",   "[ab]", "[!a]",        "[^b]", "[a-c]", "/",
            "/", "/**/", "**/", "/**", ".o", "\\a", "\\*",  "[[:alpha:]]", "[",    "c",     "***"};
        std::string out = random() % 5 == 0 ? "!" : "";
        for (unsigned i = 0, n = 1 + random() % 4; i < n; ++i) {
            const std::string piece = pieces[random() % pieces.size()];
            // git takes "a**/b" for "a" and then a globstar, against its manual; nobody relies on that
            const bool glued = piece.starts_with("**") && !out.empty() && !out.ends_with('/') && out != "!";
            out += glued ? "/" + piece : piece;
        }
        return out + (random() % 4 == 0 ? "/" : "") + (random() % 8 == 0 ? " " : "");
    }

    void makeTree(std::mt19937& random) {
        static constexpr std::array names = {"a", "b", "ab", "a.o", "c", "abc", "*"};
        for (int i = 0; i < 25; ++i) {
            std::string path = "tree";
            for (unsigned k = 0, n = 1 + random() % 3; k < n; ++k) {
                path += std::string("/") + names[random() % names.size()];
            }
            if (!std::filesystem::exists(at(path))) {
                std::error_code ignored;
                std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path(), ignored);
                static_cast<void>(io::writeFileAtomic(at(path), "x"));
            }
        }
        for (const char* path : {"tree/.gitignore", "tree/a/.gitignore", "tree/a/b/.gitignore"}) {
            if (std::filesystem::is_directory(std::filesystem::path(at(path)).parent_path())) {
                std::string text;
                for (unsigned k = 0, n = 1 + random() % 4; k < n; ++k) {
                    text += pattern(random) + "\n";
                }
                write(path, text);
            }
        }
    }

    // What the own matcher takes, in the words of `git ls-files`.
    std::string own() {
        const std::atomic<bool> never{false};
        const auto list = walkFolder(at("tree"), never);
        std::vector<std::string> paths;
        for (const ListedFolder& folder : list->folders()) {
            for (const char* name : folder.names) {
                paths.push_back((folder.path.empty() ? "" : folder.path + "/") + name);
            }
        }
        std::ranges::sort(paths);
        std::string out;
        for (const std::string& path : paths) {
            out += path + "\n";
        }
        return out;
    }

    std::string rules() { return sh("tree", "find . -name .gitignore -printf '--- %p\\n' -exec cat {} \\;"); }
};

TEST_F(IgnoreAgainstGit, RandomPatternsAgree) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        std::mt19937 random(seed);
        makeTree(random);
        const std::string expected =
            sh("tree",
               "git --git-dir=../repo.git --work-tree=. init -q; git --git-dir=../repo.git --work-tree=. "
               "-c core.quotePath=false ls-files --others --exclude-standard | LC_ALL=C sort");
        ASSERT_EQ(own(), expected) << "seed " << seed << "\n" << rules();
        ASSERT_TRUE(io::removeTree(at("tree")));
    }
}

} // namespace
} // namespace cirque::workspace
