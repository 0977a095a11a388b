// SPDX-License-Identifier: Apache-2.0
#include "artifact/find-files.hh"

#include "artifact/glob.hh"
#include "artifact/job-files.hh"
#include "tests/unit/workspace/tree-fixture.hh"

#include <sys/stat.h>

namespace cirque::artifact {
namespace {

class FindFilesTest : public cirque::testing::TreeFixture {
  protected:
    FindFilesTest() { std::filesystem::create_directories(at("job")); }

    // The paths that match, or "!reason".
    std::vector<std::string> find(const std::string& pattern, std::int64_t most = 100) {
        const auto found = findFiles(at("job"), pattern, most);
        if (!found) {
            return {"!" + found.error().message};
        }
        std::vector<std::string> paths;
        for (const FoundFile& file : *found) {
            paths.push_back(file.path);
        }
        return paths;
    }

    using Paths = std::vector<std::string>;
};

// What was there before the steps proves nothing of them, nor does what could not be looked at then.
TEST_F(FindFilesTest, OnlyWhatWasWrittenSinceIsRead) {
    write("job/a.xml", "old");
    write("job/b.xml", "old");
    std::filesystem::create_symlink("..", at("job/up"));
    write("c.xml", "old");
    const FileBaseline before = FileBaseline::take(at("job"), {"*.xml", "up/c.xml"});
    ASSERT_EQ(::chmod(at("job/a.xml").c_str(), 0600), 0);
    write("job/b.xml", "newer");
    const FileLimits limits{10, 100, 100};
    const auto read = readFiles(at("job"), "*.xml", limits, before);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->untouched, Paths{"a.xml"});
    ASSERT_EQ(read->files.size(), 1U);
    EXPECT_EQ(read->files[0].bytes, "newer");
    std::filesystem::remove(at("job/up"));
    write("job/up/c.xml", "old");
    EXPECT_FALSE(readFiles(at("job"), "up/c.xml", limits, before));
}

TEST(Glob, StarsAndQuestionMarks) {
    EXPECT_TRUE(matchesName("*.xml", "a.xml"));
    EXPECT_TRUE(matchesName("TEST-*.xml", "TEST-.xml"));
    EXPECT_TRUE(matchesName("a*b*c", "aXbYbc"));
    EXPECT_TRUE(matchesName("?", "x"));
    EXPECT_TRUE(matchesName("[x]", "[x]"));
    EXPECT_FALSE(matchesName("*.xml", "a.xml.bak"));
    EXPECT_FALSE(matchesName("*", ".hidden"));
    EXPECT_TRUE(matchesName(".*", ".hidden"));
    EXPECT_FALSE(matchesName("?", ""));
    EXPECT_FALSE(matchesName("a", "A"));
    const std::string name(250, 'a');
    EXPECT_FALSE(matchesName("*a*a*a*a*a*a*a*a*a*a*b", name)) << "and it comes back";
}

TEST_F(FindFilesTest, PatternsFindFilesAndNothingElse) {
    for (const char* path : {"a.xml", "m/target/r/1.xml", "m/target/r/2.xml", "n/o/target/r/3.xml", "n/x.txt",
                             ".git/r/4.xml", "target/r/5.xml", "r/.6.xml"}) {
        write(std::string("job/") + path, "x");
    }
    std::filesystem::create_directories(at("job/folder.xml"));
    EXPECT_EQ(find("a.xml"), Paths{"a.xml"});
    EXPECT_EQ(find("./a.xml"), Paths{"a.xml"});
    EXPECT_EQ(find("*.xml"), Paths{"a.xml"});
    EXPECT_EQ(find("**/target/r/*.xml"),
              (Paths{"m/target/r/1.xml", "m/target/r/2.xml", "n/o/target/r/3.xml", "target/r/5.xml"}));
    EXPECT_EQ(find("m/**"), (Paths{"m/target/r/1.xml", "m/target/r/2.xml"}));
    EXPECT_EQ(find("**/**/**/*.txt"), Paths{"n/x.txt"});
    EXPECT_EQ(find("*/target/r/1.xml"), Paths{"m/target/r/1.xml"});
    EXPECT_EQ(find("no/such/file.xml"), Paths{});
    EXPECT_EQ(find("a.xml/b.xml"), Paths{});
    EXPECT_EQ(find("no/*.xml"), Paths{});
    EXPECT_EQ(find("**/*.xml", 2), Paths{"!more than 2 files match"});
}

// Wrong: what lies outside the job's folder is read, or a FIFO holds the run.
TEST_F(FindFilesTest, NothingLeadsOutAndNothingBlocks) {
    write("outside/secret.xml", "x");
    write("job/in/real.xml", "x");
    std::filesystem::create_symlink("../outside/secret.xml", at("job/out.xml"));
    std::filesystem::create_directory_symlink("../outside", at("job/way"));
    std::filesystem::create_symlink("in/real.xml", at("job/inner.xml"));
    std::filesystem::create_directory_symlink(".", at("job/in/loop"));
    ASSERT_EQ(::mkfifo(at("job/pipe.xml").c_str(), 0600), 0);
    EXPECT_TRUE(find("out.xml").at(0).starts_with("!cannot read out.xml: a symbolic link leads out"));
    EXPECT_TRUE(find("way/secret.xml").at(0).starts_with("!"));
    EXPECT_TRUE(find("way/*.xml").at(0).starts_with("!"));
    EXPECT_TRUE(find("*.xml").at(0).starts_with("!"))
        << "a link that leads out is not passed over in silence";
    EXPECT_TRUE(find("../outside/secret.xml").at(0).starts_with("!"));
    EXPECT_TRUE(find("/etc/passwd").at(0).starts_with("!"));
    EXPECT_EQ(find("pipe.xml"), Paths{"!pipe.xml is no file"});
    EXPECT_EQ(find("in"), Paths{"!in is no file"});
    EXPECT_EQ(find("inner.xml"), Paths{"inner.xml"}) << "a link that stays inside is a file";
    EXPECT_EQ(find("**/real.xml"), Paths{"in/real.xml"}) << "and no wildcard goes round in it";
    EXPECT_FALSE(readFound(at("job"), "pipe.xml", 100));
    EXPECT_FALSE(readFound(at("job"), "out.xml", 100));
    EXPECT_EQ(*readFound(at("job"), "inner.xml", 1), "x");
    write("job/large.xml", std::string(101, 'x'));
    EXPECT_FALSE(readFound(at("job"), "large.xml", 100));
}

TEST_F(FindFilesTest, AFileThatWasWrittenIsAnother) {
    write("job/a.xml", "x");
    const auto before = findFiles(at("job"), "a.xml", 1);
    EXPECT_EQ(findFiles(at("job"), "a.xml", 1)->at(0), before->at(0));
    write("job/new.xml", "x");
    std::filesystem::rename(at("job/new.xml"), at("job/a.xml"));
    EXPECT_NE(findFiles(at("job"), "a.xml", 1)->at(0), before->at(0));
}

} // namespace
} // namespace cirque::artifact
