// SPDX-License-Identifier: Apache-2.0
// A kept evaluation must never show: whatever is edited, the plan is the one that a fresh evaluation gives.
#include "tests/functional/support/kept-evaluations.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <random>
#include <set>

namespace cirque::test {
namespace {

// One random edit after the other of all that a plan may depend on.
class RandomEdits : public EvalCacheTest {
  protected:
    void make() {
        outside_ = project.root() + "/outside";
        fs::create_directories(outside_);
        put(outside_ + "/x.nix", "1");
        project.write("lib/a.nix", "x: x + 1");
        project.write("data", "one");
        project.write("other", "two");
        project.write("dir/f1", "");
        project.write("build/out", "o");
        project.write(".gitignore", "build\n*.tmp\n");
        fs::create_symlink("data", project.dir() + "/link");
        project.write("ci.nix", workflowOf(R"([
  (import ./lib/a.nix 1) (builtins.readFile ./data) (builtins.readFile ./link) (builtins.readDir ./dir)
  (builtins.pathExists ./maybe) (builtins.pathExists ./maybe.tmp)
  (if builtins.pathExists ./build/out then builtins.readFile ./build/out else null)
  (if builtins.pathExists ./lib/b.nix then import ./lib/b.nix else null)
  (import )" + outside_ + R"(/x.nix) params (builtins.getEnv "XDG_SESSION_ID") info.rev info.branch
])"));
        project.commitAll();
    }

    // In place, so that the inode stays.
    static void put(const std::string& path, const std::string& text) {
        FILE* file = std::fopen(path.c_str(), "w");
        ASSERT_NE(file, nullptr) << path;
        ASSERT_EQ(std::fwrite(text.data(), 1, text.size(), file), text.size());
        ASSERT_EQ(std::fclose(file), 0);
    }

    [[nodiscard]] std::string at(const std::string& path) const { return project.dir() + "/" + path; }

    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

    void toggle(const std::string& path, const std::string& text) {
        std::error_code ignored;
        if (!fs::remove(path, ignored)) {
            put(path, text);
        }
    }

    void backdate(const std::string& path) const {
        const timespec times[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, at(path).c_str(), times, 0), 0);
    }

    // Returns what it did, for messages.
    std::string edit() {
        const std::string digit = std::to_string(below(10));
        std::error_code ignored;
        const std::vector<std::pair<std::string, std::function<void()>>> edits = {
            {"nothing", [] {}},
            {"edit", [&] { put(at("data"), digit + digit); }},
            {"same size and time", [&] { put(at("data"), digit + "x"), backdate("data"); }},
            {"replace", [&] { put(at("new"), digit), fs::rename(at("new"), at("data")); }},
            {"import", [&] { put(at("lib/a.nix"), "x: x + " + digit); }},
            {"add or remove", [&] { toggle(at("dir/f" + digit), ""); }},
            {"rename", [&] { fs::rename(at("dir"), at("dir2")), fs::rename(at("dir2"), at("dir")); }},
            {"rename a file", [&] { fs::rename(at("dir/f1"), at("dir/g" + digit), ignored); }},
            {"chmod", [&] { ::chmod(at("data").c_str(), below(2) == 0 ? 0644 : 0755); }},
            {"link",
             [&] {
                 fs::remove(at("link")), fs::create_symlink(below(2) == 0 ? "data" : "other", at("link"));
             }},
            {"link out",
             [&] { fs::remove(at("link")), fs::create_symlink(outside_ + "/x.nix", at("link")); }},
            {"ignore rules", [&] { put(at(".gitignore"), below(2) == 0 ? "build\n*.tmp\n" : "build\n"); }},
            {"untracked", [&] { toggle(at("maybe"), digit); }},
            {"untracked or ignored", [&] { toggle(at("maybe.tmp"), digit); }},
            {"ignored", [&] { put(at("build/out"), digit); }},
            {"ignored, again", [&] { toggle(at("build/out"), digit); }},
            {"outside", [&] { put(outside_ + "/x.nix", digit); }},
            {"library", [&] { toggle(at("lib/b.nix"), "[ " + digit + " ]"); }},
            {"empty folder", [&] { fs::create_directory(at("dir/e" + digit), ignored); }},
            {"touch", [&] { backdate("data"), backdate("ci.nix"); }},
            {"workflow", [&] { put(at("ci.nix"), project.read("ci.nix") + "\n"); }},
            {"commit",
             [&] { git("git add -A; git -c user.name=a -c user.email=a@b commit -qm x --allow-empty"); }},
            {"branch", [&] { git("git checkout -qB b" + digit); }},
            {"parameter", [&] { param_ = digit; }},
            {"environment", [&] { project.set("XDG_SESSION_ID", digit); }},
        };
        const auto& [name, apply] = edits[below(static_cast<unsigned>(edits.size()))];
        apply();
        return name;
    }

    void git(const std::string& script) const {
        const Ran ran = project.shell(script);
        ASSERT_EQ(ran.status, 0) << ran.all();
    }

    std::mt19937 random_{20261121};
    std::string outside_;
    std::string param_ = "0";
};

TEST_F(RandomEdits, GiveThePlanOfAFreshEvaluation) {
    make();
    constexpr int rounds = 200;
    int hits = 0;
    int kept = 0;
    std::set<std::string> different;
    std::string history;
    for (int i = 0; i < rounds && !HasFailure(); ++i) {
        history =
            edit() + (below(4) == 0 ? ", then " + edit() : std::string()) + "; " + history.substr(0, 300);
        const std::string given = "p=" + param_;
        Running fresh = project.start({"plan", "--json", "--no-eval-cache", "--param", given});
        const Ran first = project.cirque({"plan", "--json", "--param", given});
        hits += check({"--param", given}).cached ? 1 : 0;
        const Ran second = project.cirque({"plan", "--json", "--param", given});
        const Ran truth = fresh.wait();
        ASSERT_EQ(truth.status, 0) << truth.all() << history;
        EXPECT_EQ(first.out, truth.out) << i << ": " << history;
        EXPECT_EQ(second.out, truth.out) << i << ": " << history;
        different.insert(truth.out);
        ++kept;
    }
    // a cache that never answers would pass as well
    EXPECT_GT(hits, rounds / 2) << kept;
    EXPECT_GT(different.size(), 50U);
}

} // namespace
} // namespace cirque::test
