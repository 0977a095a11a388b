// SPDX-License-Identifier: Apache-2.0
#include "agent/materials.hh"

#include "agent/collect.hh"
#include "io/process/fd.hh"
#include "temporary-folder.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cirque::agent {
namespace {

using Texts = std::vector<std::string>;

class MaterialsTest : public testing::Test {
  protected:
    MaterialsTest() {
        plan_->hostTools = {{"@tool:node", "nodejs", {"node", "npm"}}, {"@tool:nodejs2", "nodejs2", {}}};
        plan_->files = {{"@file:conf", "conf.json", "{\"a\": \"@file:script\"}", false, ""},
                        {"@file:script", "hello", "#!/bin/sh\necho \"$1\"\n", true, "hello"},
                        {"@file:self", "self", "me: @file:self", false, ""}};
        tool("node");
    }

    void tool(const std::string& name) {
        ASSERT_TRUE(io::makeFolders(bin()));
        const io::UniqueFd file(::open((bin() + "/" + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
        ASSERT_TRUE(io::writeAll(file.get(), "#!/bin/sh\n", name));
    }

    std::string bin() { return folder_.path() + "/bin"; }

    std::string link(const std::string& path) {
        std::string target(4096, '\0');
        const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
        target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return target;
    }

    TemporaryFolder folder_;
    std::shared_ptr<plan::Plan> plan_ = std::make_shared<plan::Plan>();
};

TEST_F(MaterialsTest, AToolBecomesAFolderOfLinksToWhatIsOnPath) {
    Materials materials(plan_, folder_.path() + "/tools", "/bin/bash");
    const auto text = materials.expand("x @tool:node/bin/node @tool:node", bin());
    ASSERT_TRUE(text);
    const std::string path = text->substr(2, text->find("/bin/node") - 2);
    EXPECT_EQ(*text, "x " + path + "/bin/node " + path);
    EXPECT_EQ(link(path + "/bin/node"), bin() + "/node");
    EXPECT_EQ(*materials.expandPathEntry("@tool:node", bin()), path + "/bin");
    EXPECT_EQ(*materials.expandPathEntry("/nix/store/x/bin", bin()), "/nix/store/x/bin");
}

// Wrong: calling a missing tool says only "No such file", or finds nothing although it was installed
// meanwhile.
TEST_F(MaterialsTest, AMissingProgramSaysSoUntilItIsThere) {
    Materials materials(plan_, folder_.path() + "/tools", "/bin/bash");
    EXPECT_EQ(
        materials.missingTools({"@tool:node"}, bin()),
        Texts{
            "npm (of nodejs) is not on the PATH of this machine; a step that calls it ends with status 127"});
    const auto path = materials.expand("@tool:node", bin());
    ASSERT_TRUE(path);
    const auto script = io::readFile(*path + "/bin/npm");
    ASSERT_TRUE(script);
    EXPECT_TRUE(script->starts_with("#!/bin/bash\necho 'cirque: npm (of nodejs) is not on the PATH"))
        << *script;
    EXPECT_TRUE(script->ends_with("exit 127\n"));
    tool("npm");
    // the folder of the stand-in on PATH must not make it link to itself
    ASSERT_TRUE(materials.expand("@tool:node", *path + "/bin:" + bin()));
    EXPECT_EQ(link(*path + "/bin/npm"), bin() + "/npm");
    EXPECT_TRUE(materials.missingTools({"@tool:node"}, bin()).empty());
}

TEST_F(MaterialsTest, ALongerTokenIsNotTakenForItsBeginning) {
    Materials materials(plan_, folder_.path() + "/tools", "/bin/bash");
    const auto both = materials.expand("@tool:nodejs2|@tool:node|@tool:nod", bin());
    ASSERT_TRUE(both);
    EXPECT_NE(both->find("-nodejs2|"), std::string::npos) << *both;
    EXPECT_TRUE(both->ends_with("-nodejs|@tool:nod")) << *both;
}

TEST_F(MaterialsTest, GeneratedFilesAreMadeWithTheFilesTheyName) {
    Materials materials(plan_, folder_.path() + "/tools", "/bin/bash");
    const auto path = materials.expand("@file:conf", bin());
    ASSERT_TRUE(path);
    const auto text = io::readFile(*path);
    ASSERT_TRUE(text);
    const std::string script = text->substr(7, text->size() - 9) + "/bin/hello";
    EXPECT_EQ(*io::readFile(script), "#!/bin/sh\necho \"$1\"\n");
    EXPECT_EQ(::access(script.c_str(), X_OK), 0);
    EXPECT_EQ(*io::readFile(*materials.expand("@file:self", bin())),
              "me: " + *materials.expand("@file:self", bin()));
}

TEST_F(MaterialsTest, TextWithoutTokensMakesNothing) {
    Materials materials(plan_, folder_.path() + "/tools", "/bin/bash");
    EXPECT_EQ(*materials.expand("@ @tool @file:", bin()), "@ @tool @file:");
    EXPECT_NE(::access((folder_.path() + "/tools").c_str(), F_OK), 0);
}

TEST(FindProgram, SkipsEmptyAndRelativeFolders) {
    EXPECT_EQ(findProgram("sh", ":.:usr/bin:/nonexistent:/bin"), "/bin/sh");
    EXPECT_EQ(findProgram("no-such-program-anywhere", "/bin"), "");
    EXPECT_EQ(findProgram("../bin/sh", "/bin"), "");
    EXPECT_EQ(findProgram("bin", "/usr"), ""); // a folder is no program
}

// Wrong: a step makes Cirque read a file elsewhere, or hang on a FIFO.
TEST(ReadCollected, TakesRegularFilesOnly) {
    TemporaryFolder folder;
    const io::UniqueFd fd(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::symlink("/etc/passwd", (folder.path() + "/link").c_str()), 0);
    ASSERT_EQ(::mkfifo((folder.path() + "/fifo").c_str(), 0600), 0);
    ASSERT_EQ(::mkdir((folder.path() + "/folder").c_str(), 0700), 0);
    ASSERT_TRUE(io::writeFileAtomic(folder.path() + "/file", "bytes"));
    for (const std::string name : {"link", "fifo", "folder", "../x", "/etc/passwd"}) {
        const auto read = readCollected(fd.get(), name, 100, "$X");
        EXPECT_TRUE(!read || !*read) << name;
    }
    EXPECT_FALSE(readCollected(fd.get(), "link", 100, "$X"));
    EXPECT_FALSE(readCollected(fd.get(), "fifo", 100, "$X"));
    EXPECT_EQ(*readCollected(fd.get(), "missing", 100, "$X"), std::nullopt);
    EXPECT_EQ(*readCollected(fd.get(), "file", 5, "$X"), "bytes");
    const auto large = readCollected(fd.get(), "file", 4, "$X");
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().message, "$X holds more than 4 bytes");
}

} // namespace
} // namespace cirque::agent
