// SPDX-License-Identifier: Apache-2.0
// What decides about a sandbox before there is one. That its walls hold is tested with real ones
// (tests/functional/sandbox-test.cc).
#include "exec/remote/git-objects.hh"
#include "exec/sandbox/daemon-trust.hh"
#include "exec/sandbox/host.hh"
#include "exec/sandbox/seccomp.hh"
#include "exec/sandbox/trial.hh"

#include <gtest/gtest.h>

#include <linux/filter.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace cirque::exec {
namespace {

Result<SandboxOptions> parse(std::string_view text) {
    return parseSandboxOptions(parseJson(text, "options").value().as_object(), "/usr");
}

std::string refusal(std::string_view text) {
    const auto parsed = parse(text);
    return parsed ? "accepted" : parsed.error().text();
}

TEST(SandboxOptions, AllThatCanBeSaid) {
    const auto options = parse(R"({"network":true,"nixDaemon":true,"name":"x",
                                   "mounts":["/usr/bin/",{"source":"lib","target":"/t","write":true}]})");
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_TRUE(options->network && options->nixDaemon);
    EXPECT_EQ(options->mounts.size(), 2U);
}

TEST(SandboxOptions, WhatMakesNoSenseIsNamed) {
    EXPECT_NE(refusal(R"({"netwrok":true})").find("'netwrok'"), std::string::npos);
    EXPECT_NE(refusal(R"({"network":"yes"})").find("'network'"), std::string::npos);
    EXPECT_NE(refusal(R"({"mounts":["/does/not/exist"]})").find("/does/not/exist"), std::string::npos);
}

// Over these lies what the walls are made of.
TEST(SandboxOptions, NothingIsPutOverTheSandboxsOwn) {
    for (const char* target :
         {"/", "/proc", "/usr/../proc/sys", "/dev", "/run/cirque/bin", "/build/jobs", "/sys"}) {
        EXPECT_NE(refusal(R"({"mounts":[{"source":"/usr","target":")" + std::string(target) + R"("}]})"),
                  "accepted")
            << target;
    }
    EXPECT_EQ(refusal(R"({"mounts":["/dev/null",{"source":"/usr","target":"/run/other"}]})"), "accepted");
}

bool follows(const std::vector<std::string>& words, const std::vector<std::string>& row) {
    return !std::ranges::search(words, row).empty();
}

TEST(BwrapCommand, ClosesAllThatIsNotAskedFor) {
    SandboxSpec spec;
    spec.name = "j";
    spec.folder = "/work/j";
    spec.hostPath = "/usr/bin";
    const auto words = bwrapCommand(spec);
    for (const char* word :
         {"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
          "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"}) {
        EXPECT_NE(std::ranges::find(words, word), words.end()) << word;
    }
    EXPECT_TRUE(follows(words, {"--cap-drop", "ALL"}));
    EXPECT_TRUE(follows(words, {"--seccomp", "3"}));
    EXPECT_TRUE(follows(words, {"--ro-bind-try", "/proc/sys", "/proc/sys"}));
    EXPECT_TRUE(follows(words, {"--bind", "/work/j", "/build/jobs/j"}));
    EXPECT_TRUE(follows(words, {"--remount-ro", "/dev", "--remount-ro", "/"}));
    spec.network = true;
    spec.userNamespace = false;
    const auto open = bwrapCommand(spec);
    EXPECT_EQ(std::ranges::find(open, "--unshare-net"), open.end());
    EXPECT_EQ(std::ranges::find(open, "--unshare-user"), open.end());
}

TEST(SandboxHint, SaysWhichSettingForbidsIt) {
    const std::string refused = "bwrap: Creating new namespace failed: Operation not permitted";
    EXPECT_NE(sandboxHint(refused, {"0", "1000", {}}).find("unprivileged_userns_clone=1"), std::string::npos);
    EXPECT_NE(sandboxHint(refused, {{}, "0", {}}).find("max_user_namespaces="), std::string::npos);
    EXPECT_NE(sandboxHint("bwrap: setting up uid map: Permission denied", {"1", "9", "1"}).find("AppArmor"),
              std::string::npos);
    EXPECT_NE(sandboxHint(refused, {}).find("--privileged"), std::string::npos);
    EXPECT_NE(sandboxHint("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {})
                  .find("unmask=ALL"),
              std::string::npos);
    EXPECT_EQ(sandboxHint("bwrap: Can't find source path /x: No such file or directory", {"0", "0", "1"}),
              "");
}

// Whom the daemon trusts a step could leave the sandbox as.
TEST(NixDaemon, TrustsWhomItsSettingsName) {
    const std::string settings =
        "substituters = x\ntrusted-users = root ann @wheel\ntrusted-public-keys = bob\n";
    EXPECT_TRUE(trustsUser(settings, "ann\n", "users\n"));
    EXPECT_TRUE(trustsUser(settings, "bob", "users wheel"));
    EXPECT_FALSE(trustsUser(settings, "bob", "users ann"));
    EXPECT_FALSE(trustsUser(settings, "wheel", "users"));
    EXPECT_TRUE(trustsUser("trusted-users = *", "bob", ""));
    EXPECT_FALSE(trustsUser("trusted-users = ", "bob", "users"));
}

// One wrong jump and the kernel takes none of it, or it lets all pass; the attacks show the second.
TEST(SandboxFilter, EndsEachWayInAnAnswer) {
    const std::string bytes = sandboxFilter();
    ASSERT_EQ(bytes.size() % sizeof(sock_filter), 0U);
    std::vector<sock_filter> code(bytes.size() / sizeof(sock_filter));
    std::memcpy(code.data(), bytes.data(), bytes.size());
    EXPECT_LT(code.size(), static_cast<std::size_t>(BPF_MAXINSNS));
    EXPECT_EQ(BPF_CLASS(code.back().code), BPF_RET);
    for (std::size_t at = 0; at < code.size(); ++at) {
        if (BPF_CLASS(code[at].code) == BPF_JMP) {
            const std::size_t far =
                BPF_OP(code[at].code) == BPF_JA ? code[at].k : std::max(code[at].jt, code[at].jf);
            EXPECT_LT(at + 1 + far, code.size()) << at;
        }
    }
}

class GitObjects : public testing::Test {
  protected:
    GitObjects() {
        std::string name = "/tmp/cirque-sandbox-test-XXXXXX";
        root_ = ::mkdtemp(name.data());
        spec_.folder = root_ + "/job";
        std::filesystem::create_directories(spec_.folder);
    }

    ~GitObjects() override { std::filesystem::remove_all(root_); }

    void repository(const std::string& path, const std::string& alternates) const {
        std::filesystem::create_directories(root_ + "/" + path + "/objects/info");
        std::filesystem::create_directories(root_ + "/" + path + "/objects/pack");
        std::ofstream(root_ + "/" + path + "/objects/info/alternates") << alternates;
    }

    std::vector<std::string> found() {
        std::vector<std::string> paths;
        for (const std::string& path : gitObjectsOf(spec_.folder)) {
            paths.push_back(path.substr(root_.size()));
        }
        return paths;
    }

    std::string root_;
    SandboxSpec spec_;
};

// Without these folders git of a step finds no commit.
TEST_F(GitObjects, ThoseOfTheJobAndOfRepositoriesWithinAndWhatTheyBorrow) {
    repository("job/.git", root_ + "/a/objects\n# no path\n");
    repository("job/below/inner/.git", "\"" + root_ + "/o\\303\\244dd/objects\"\n");
    repository("a", "../../b/objects\n");
    repository("b", root_ + "/a/objects\n");
    repository("o\303\244dd", "");
    EXPECT_EQ(found(),
              (std::vector<std::string>{"/a/objects", "/a/objects/../../b/objects", "/o\303\244dd/objects"}));
}

TEST_F(GitObjects, NoOtherFolderIsShown) {
    std::filesystem::create_directories(root_ + "/secret");
    std::filesystem::create_directories(root_ + "/other/objects");
    repository("job/.git", root_ + "/secret\n" + root_ + "/other/objects\n/\n");
    EXPECT_EQ(found(), std::vector<std::string>{});
}

// Somebody may have made a folder that is called .git in a tree without one.
TEST_F(GitObjects, NoneInATreeThatIsNoRepository) {
    repository("a", "");
    repository("job/below/.git", root_ + "/a/objects\n");
    EXPECT_EQ(found(), std::vector<std::string>{});
}

TEST(SandboxMounts, SecretFoldersStayHidden) {
    SandboxSpec spec;
    const std::vector<std::string> secrets{"/usr/lib"};
    const auto add = [&](const char* source) {
        const std::vector<Mount> mounts{{source, "/x", false}};
        return addMounts(spec, mounts, secrets).has_value();
    };
    EXPECT_FALSE(add("/usr/lib"));
    EXPECT_FALSE(add("/usr"));
    EXPECT_FALSE(add("/"));
    EXPECT_FALSE(add("/usr/lib/os-release"));
    EXPECT_TRUE(add("/usr/bin"));
    EXPECT_FALSE(add("/does/not/exist"));
}

} // namespace
} // namespace cirque::exec
