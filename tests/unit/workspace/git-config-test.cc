// SPDX-License-Identifier: Apache-2.0
#include "workspace/git-config.hh"

#include "tests/unit/workspace/tree-fixture.hh"

namespace cirque::workspace {
namespace {

class GitConfigTest : public cirque::testing::TreeFixture {
  protected:
    // The form of `git config --list -z`.
    static std::string flat(const std::vector<ConfigEntry>& entries) {
        std::string out;
        for (const ConfigEntry& entry : entries) {
            out +=
                entry.section + (entry.subsection.empty() ? "" : "." + entry.subsection) + "." + entry.name;
            out += entry.value ? "\n" + *entry.value : "";
            out += '\0';
        }
        return out;
    }
};

constexpr std::string_view odd =
    "# c\n; c\n[Core]\n\tBare = false ; comment\n fileMode\n"
    "[remote \"a \\\"b\\\\ c\"] url = x\\ty \n"
    "\tfetch = \"a ; b\"  # c\n\tlong = one \\\n  two\n"
    "[branch.Main]\nmerge = refs/heads/main   \n[user]\nname = \"A\\nB\" C\n empty =\n";

TEST_F(GitConfigTest, ReadsWhatGitReads) {
    write("config", std::string(odd));
    EXPECT_EQ(flat(parseGitConfig(odd)), sh("", "git config --file config --list -z"));
}

TEST_F(GitConfigTest, WritesWhatGitReads) {
    const auto entries = parseGitConfig(odd);
    write("config", toGitConfig(entries));
    EXPECT_EQ(sh("", "git config --file config --list -z"), flat(entries));
}

TEST_F(GitConfigTest, NonsenseEnds) {
    for (const char* text :
         {"[", "[a", "[a \"b", "=", "[a]b=\"", "[a]b=\\", "\"", "[a]\nb = c \\", "\xef\xbb\xbf[a]b"}) {
        static_cast<void>(toGitConfig(parseGitConfig(text)));
    }
}

TEST_F(GitConfigTest, CredentialsAreTakenOutOfAddresses) {
    EXPECT_EQ(withoutCredentials("https://u:p@h:8/x?token=1#f"), "https://h:8/x");
    EXPECT_EQ(withoutCredentials("HTTPS://tok@h/a@b"), "HTTPS://h/a@b");
    EXPECT_EQ(withoutCredentials("https://u:p@ss@h/x"), "https://h/x");
    EXPECT_EQ(withoutCredentials("ssh://git:p@h/x"), "ssh://git@h/x");
    EXPECT_EQ(withoutCredentials("git@h:x/y"), "git@h:x/y");
    EXPECT_EQ(withoutCredentials("/srv/x.git"), "/srv/x.git");
    EXPECT_EQ(withoutCredentials("https://h"), "https://h");
}

TEST_F(GitConfigTest, JobsGetNoIncludesCredentialsOrFilters) {
    const auto kept =
        jobConfig(parseGitConfig("[include]\npath=x\n[credential]\nhelper=x\n[filter \"f\"]\nclean=x\n"
                                 "[core]\nhooksPath=x\nworktree=/w\nfileMode=false\nsshCommand=x\n"));
    const std::string text = toGitConfig(kept);
    for (const char* word : {"include", "credential", "filter", "hooks", "worktree", "ssh"}) {
        EXPECT_EQ(text.find(word), std::string::npos) << word;
    }
    EXPECT_NE(text.find("filemode = \"false\""), std::string::npos);
}

} // namespace
} // namespace cirque::workspace
