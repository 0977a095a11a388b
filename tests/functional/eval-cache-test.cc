// SPDX-License-Identifier: Apache-2.0
// A kept evaluation must never show: whatever is edited, the plan is the one that a fresh evaluation gives.
#include "base/json.hh"
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/project.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <set>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

const std::string simple = "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a = { copyRepo = false; "
                           "steps = [ { bash = \"true\"; } ]; }; }";

// A workflow whose job holds `value` as its environment.
std::string workflowOf(const std::string& value) {
    return "{ cirque, params, info, ... }: cirque.mkWorkflow { name = \"w\"; params.p = { default = \"0\"; "
           "}; jobs.a = { copyRepo = false; "
           "env.VALUE = builtins.toJSON (" +
           value + "); steps = [ { bash = \"true\"; } ]; }; }";
}

class EvalCacheTest : public ::testing::Test {
  protected:
    // Nix makes folders of its own in a fresh home, next to places where it looks for its configuration.
    void SetUp() override { warmUp(); }

    void warmUp() {
        ASSERT_EQ(project.shell("nix-instantiate --eval -E 1").status, 0);
        ASSERT_EQ(project.shell("nix-instantiate --eval --read-write-mode -E 1; sleep 0.02").status, 0);
    }

    struct Checked {
        bool cached = false;
        std::string notKept;
    };

    [[nodiscard]] Checked check(std::vector<std::string> words = {}) const {
        words.insert(words.begin(), {"check", "--json"});
        const Ran ran = project.cirque(words);
        EXPECT_EQ(ran.status, 0) << ran.all();
        const auto parsed = parseJson(ran.out, "check");
        if (!parsed || !parsed->as_object().contains("evaluation")) {
            ADD_FAILURE() << ran.all();
            return {};
        }
        const JsonObject& said = parsed->at("evaluation").as_object();
        return {said.at("cached").as_bool(), std::string(said.at("notKept").as_string())};
    }

    [[nodiscard]] std::vector<std::string> entries() const {
        std::vector<std::string> found;
        std::error_code missing;
        for (const auto& file : fs::directory_iterator(project.state() + "/eval", missing)) {
            if (file.path().extension() == ".entry") {
                found.push_back(file.path());
            }
        }
        return found;
    }

    // A fresh store and a fresh home settle within a few evaluations.
    void becomeKept() const {
        Checked last;
        for (int i = 0; i < 4 && !last.cached; ++i) {
            last = check();
        }
        EXPECT_TRUE(last.cached) << last.notKept;
    }

    // The first one is evaluated, the second one is not, and nothing tells them apart.
    void expectKept() const {
        const Ran fresh = project.cirque({"plan", "--json", "--no-eval-cache"});
        const Checked first = check();
        EXPECT_FALSE(first.cached);
        EXPECT_EQ(first.notKept, "");
        EXPECT_TRUE(check().cached);
        const Ran kept = project.cirque({"plan", "--json"});
        EXPECT_EQ(kept.out, fresh.out);
        EXPECT_EQ(kept.err, fresh.err);
    }

    void expectNotKept(const std::string& reason) const {
        for (int i = 0; i < 2; ++i) {
            const Checked again = check();
            EXPECT_FALSE(again.cached);
            EXPECT_NE(again.notKept.find(reason), std::string::npos) << again.notKept;
        }
        EXPECT_TRUE(entries().empty());
    }

    Project project;
};

TEST_F(EvalCacheTest, AnUnchangedWorkflowIsNotEvaluatedAgain) {
    project.write("ci.nix", simple);
    project.commitAll();
    expectKept();
    struct stat st{};
    ASSERT_EQ(::stat((project.state() + "/eval").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700U);
}

TEST_F(EvalCacheTest, ARunSaysSoInItsEvents) {
    project.write("ci.nix", simple);
    const auto eventsOf = [&](const std::string& field) {
        const Ran ran = project.cirque({"run", "--json"});
        EXPECT_EQ(ran.status, 0) << ran.all();
        return ran.outHas(field);
    };
    EXPECT_TRUE(eventsOf("\"type\":\"evaluation.finished\""));
    EXPECT_TRUE(eventsOf("\"cached\":true"));
    const Ran run = project.cirque({"run", "--json"});
    const std::size_t hash = run.out.find("\"treeHash\":\"");
    ASSERT_NE(hash, std::string::npos) << run.out;
    project.write("other", "");
    EXPECT_FALSE(eventsOf(run.out.substr(hash, 76)));
    EXPECT_EQ(::unlink((project.dir() + "/other").c_str()), 0);
    EXPECT_TRUE(eventsOf(run.out.substr(hash, 76)));
}

TEST_F(EvalCacheTest, WithoutTheCacheNothingIsKeptOrFound) {
    project.write("ci.nix", simple);
    EXPECT_FALSE(check({"--no-eval-cache"}).cached);
    EXPECT_TRUE(entries().empty());
    EXPECT_FALSE(check().cached);
    EXPECT_FALSE(check({"--no-eval-cache"}).cached);
}

TEST_F(EvalCacheTest, WarningsAndTracesAreSaidEachTime) {
    project.write("ci.nix", "args: builtins.trace \"look here\" ((" + simple + ") args)");
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(project.cirque({"check"}).errHas("look here")) << i;
    }
    EXPECT_TRUE(check().cached);
}

TEST_F(EvalCacheTest, WhatFailsIsEvaluatedEachTime) {
    project.write("ci.nix", "throw \"no\"");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(project.cirque({"check"}).status, 2);
    }
    project.write("ci.nix", "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a.stepz = [ ]; }");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(project.cirque({"check"}).status, 2);
    }
    EXPECT_TRUE(entries().empty());
}

TEST_F(EvalCacheTest, TheTimeAndTheMachineNowAreNeverKept) {
    project.write("ci.nix", workflowOf("builtins.currentTime"));
    expectNotKept("currentTime");
    project.write("time.nix", "{ now = builtins.currentTime; }");
    project.write("ci.nix", workflowOf("(import ./time.nix).now"));
    expectNotKept("time.nix mentions currentTime");
    project.write("time.nix", "{ }");
    project.write("ci.nix", workflowOf("builtins.stringLength (builtins.readFile \"/proc/loadavg\")"));
    expectNotKept("/proc/loadavg");
}

TEST_F(EvalCacheTest, FilesOutsideTheTreeAndIgnoredOnesAreWatched) {
    const std::string outside = project.root() + "/outside";
    fs::create_directories(outside);
    const auto say = [&](const std::string& path, const std::string& text) {
        ASSERT_EQ(project.shell("printf '" + text + "' > " + path + "; sleep 0.05").status, 0);
    };
    say(outside + "/x.nix", "1");
    say(outside + "/set.nix", "{ a = 1; }");
    project.write(".gitignore", "build\n");
    project.write("build/out", "2");
    project.commitAll();
    ASSERT_EQ(project.shell("ln -s " + outside + "/x.nix link; sleep 0.05").status, 0);
    project.write("ci.nix",
                  workflowOf("[ (import " + outside +
                             "/x.nix) (builtins.readFile ./build/out) (import "
                             "./link) (builtins.pathExists ./build/more) (builtins.readDir ./build) ]"));
    expectKept();
    const std::vector<std::string> changes = {"echo 3 > " + outside + "/x.nix",
                                              "echo 4 > build/out",
                                              "echo 5 > build/more",
                                              "mkdir build/folder",
                                              "rmdir build/folder",
                                              "rm link; ln -s " + outside + "/set.nix link"};
    for (const std::string& change : changes) {
        EXPECT_TRUE(check().cached) << "before " << change;
        ASSERT_EQ(project.shell(change + "; sleep 0.05").status, 0);
        const Ran kept = project.cirque({"plan", "--json"});
        EXPECT_EQ(kept.out, project.cirque({"plan", "--json", "--no-eval-cache"}).out) << change;
    }
}

TEST_F(EvalCacheTest, AnEditWhileNixReadsIsNotKept) {
    // the workflow itself is slow enough for an edit in the middle
    project.write("data", "old");
    project.write("ci.nix",
                  workflowOf("builtins.seq (builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) "
                             "3000000)) (builtins.readFile ./data)"));
    const Running slow = project.start({"plan", "--json"});
    project.write("data", "new");
    Running waited = project.start({"plan", "--json"});
    std::ignore = waited.wait();
    std::ignore = slow.pid();
    EXPECT_TRUE(project.cirque({"plan", "--json"}).outHas("new"));
}

TEST_F(EvalCacheTest, DamagedEntriesAreEvaluatedAgain) {
    project.write("ci.nix", simple);
    expectKept();
    const Ran good = project.cirque({"plan", "--json"});
    ASSERT_EQ(entries().size(), 1U);
    for (const char* damage :
         {"truncate -s -1", "truncate -s 0", "truncate -s 30", "sed -i s/mkW/mkX/;sed -i s/w/v/"}) {
        ASSERT_EQ(project.shell(std::string(damage) + " " + entries().front()).status, 0);
        EXPECT_FALSE(check().cached) << damage;
        EXPECT_TRUE(check().cached) << damage;
        EXPECT_EQ(project.cirque({"plan", "--json"}).out, good.out) << damage;
    }
}

TEST_F(EvalCacheTest, DerivationsAreKeptFromTheCollectorAndMissedWhenGone) {
    usePrivateNix(project);
    warmUp();
    project.write("ci.nix", R"({ cirque, system, ... }: let
  tool = derivation { name = "tool"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ]; };
in cirque.mkWorkflow { name = "w"; jobs.a = { copyRepo = false; steps = [ { bash = "cat ${tool} ${./data}"; } ]; }; })");
    project.write("data", "text");
    project.commitAll();
    becomeKept();
    const Ran ran = project.cirque({"run"});
    ASSERT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(check().cached);
    const Ran collected = project.shell("nix-store --gc 2>&1");
    ASSERT_EQ(collected.status, 0) << collected.all();
    const Ran left = project.shell("ls $NIX_STORE_DIR");
    EXPECT_TRUE(left.outHas("-tool.drv\n") && left.outHas("-tool\n") && left.outHas("-data\n")) << left.out;
    EXPECT_TRUE(check().cached);
    ASSERT_EQ(project.shell("rm -r " + project.state() + "/eval/*.roots; nix-store --gc").status, 0);
    EXPECT_FALSE(project.shell("ls $NIX_STORE_DIR").outHas("-tool.drv\n"));
    EXPECT_FALSE(check().cached);
    EXPECT_EQ(project.cirque({"run"}).status, 0);
    becomeKept();
}

TEST_F(EvalCacheTest, ManyAtOnceAgree) {
    project.write("ci.nix", simple);
    std::vector<Running> all;
    for (int i = 0; i < 8; ++i) {
        all.push_back(project.start({"plan", "--json"}));
    }
    std::set<std::string> said;
    for (Running& one : all) {
        const Ran ran = one.wait();
        EXPECT_EQ(ran.status, 0) << ran.all();
        said.insert(ran.out);
    }
    EXPECT_EQ(said.size(), 1U);
    EXPECT_EQ(entries().size(), 1U);
    EXPECT_TRUE(check().cached);
}

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
