// SPDX-License-Identifier: Apache-2.0
// Several `cirque run` and `cirque gc` at once in one project with one state folder, and what is kept
// afterwards.
#include "tests/functional/support/project.hh"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

namespace cirque::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

class Together : public testing::Test {
  protected:
    Project project;

    void SetUp() override {
        ASSERT_EQ(project.shell("git init -q . && echo 1 > file").status, 0);
        // artifacts and results between jobs, so that one run could step on another
        project.write("ci.nix", R"nix({ cirque, ... }: cirque.mkWorkflow { name = "one";
  jobs.make = { outputs.data = "out"; steps = [ { name = "s";
    bash = "mkdir out; echo $CIRQUE_RUN_ID > out/id; cat file; for i in $(seq 200); do echo line $i; done"; } ]; };
  jobs.take = { needs = [ "make" ]; inputs = [ "data" ]; steps = [ { name = "s";
    bash = ''[ "$(cat out/id)" = "$CIRQUE_RUN_ID" ] && echo SAME-RUN''; } ]; }; })nix");
        project.write("other.json", R"json({"plan":1,"name":"two","jobs":{
            "a":{"steps":[{"name":"s","run":"echo other > mine; sleep 0.2; [ $(cat mine) = other ]"}]},
            "b":{"needs":["a"],"steps":[{"name":"s","run":"[ ! -e mine ]"}]}}})json");
    }

    [[nodiscard]] json::array runs() const {
        return json::parse(project.cirque({"runs", "--json", "-n", "1000"}).out).at("runs").as_array();
    }

    // Starts them all, then waits for all.
    std::vector<Ran> atOnce(const std::vector<std::vector<std::string>>& commands) {
        std::vector<Running> running;
        for (const auto& command : commands) {
            running.push_back(project.start(command));
        }
        std::vector<Ran> ran;
        for (Running& one : running) {
            ran.push_back(one.wait());
        }
        return ran;
    }

    void expectGood(const std::vector<Ran>& ran, std::size_t count) {
        for (const Ran& one : ran) {
            EXPECT_EQ(one.status, 0) << one.all();
        }
        std::set<std::string> ids;
        for (const json::value& run : runs()) {
            ids.insert(json::value_to<std::string>(run.at("id")));
            EXPECT_EQ(run.at("outcome").at("kind"), "succeeded") << run;
        }
        EXPECT_EQ(ids.size(), count);
    }

    [[nodiscard]] std::size_t entries(const std::string& folder) const {
        const fs::path path = fs::path(project.state()) / folder;
        return fs::exists(path) ? static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}))
                                : 0;
    }
};

} // namespace

TEST_F(Together, TwoRunsOfOneWorkflowEachSeeTheirOwn) {
    const auto ran = atOnce({{"run"}, {"run"}});
    expectGood(ran, 2);
    for (const Ran& one : ran) {
        EXPECT_TRUE(one.outHas("SAME-RUN")) << one.all();
    }
    EXPECT_EQ(entries("work"), 0U);
}

TEST_F(Together, EightRunsOfTwoWorkflowsWhileOthersCollectGarbage) {
    std::vector<std::vector<std::string>> commands;
    for (int i = 0; i < 4; ++i) {
        commands.push_back({"run"});
        commands.push_back({"run", "other.json"});
        commands.push_back({"gc", "--keep-runs", "100"});
    }
    expectGood(atOnce(commands), 8);
    EXPECT_EQ(entries("work"), 0U);
    EXPECT_EQ(project.read("file"), "1\n") << "the tree is only read";
    EXPECT_FALSE(project.exists("mine") || project.exists("out"));
}

// The hardest case: everything goes that does not run, again and again, while runs begin, run and end.
TEST_F(Together, RemovingEveryRunAllTheTimeHarmsNoneThatRuns) {
    Running remover = project.startShell(std::string("while [ ! -e stop ]; do ") + CIRQUE_PROGRAM +
                                         " gc --all > gc.out || exit 9; done");
    for (int round = 0; round < 3; ++round) {
        for (const Ran& one : atOnce({{"run"}, {"run", "other.json"}, {"run"}, {"run", "other.json"}})) {
            EXPECT_EQ(one.status, 0) << one.all();
        }
    }
    project.write("stop", "");
    const Ran removed = remover.wait();
    EXPECT_EQ(removed.status, 0) << removed.all();
    EXPECT_EQ(project.cirque({"gc", "--all"}).status, 0);
    EXPECT_EQ(entries("runs"), 0U);
    EXPECT_EQ(entries("work"), 0U);
}

TEST_F(Together, RunsBeyondTheLimitGoByThemselves) {
    project.set("CIRQUE_KEEP_RUNS", "2");
    for (int i = 0; i < 4; ++i) {
        ASSERT_EQ(project.cirque({"run", "other.json"}).status, 0);
    }
    EXPECT_EQ(runs().size(), 2U);
    project.set("CIRQUE_KEEP_RUNS", "none");
    const Ran wrong = project.cirque({"runs"});
    EXPECT_EQ(wrong.status, 2) << wrong.all();
    EXPECT_TRUE(wrong.errHas("CIRQUE_KEEP_RUNS is 'none'")) << wrong.all();
}

TEST_F(Together, GcSaysWhatItFreesAndADryRunFreesNothing) {
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(project.cirque({"run", "other.json"}).status, 0);
    }
    // what killed runs and programs leave
    fs::create_directories(fs::path(project.state()) / "work/.new-gone");
    fs::create_directories(fs::path(project.state()) / "work/0197a8c2-1f3e-7abc-8def-0123456789ab");
    std::ofstream(fs::path(project.state()) / "work/0197a8c2-1f3e-7abc-8def-0123456789ab/run.lock") << "";
    fs::create_directories(fs::path(project.state()) / "nix-lib/0123.42");
    fs::create_directories(fs::path(project.state()) / "eval/k.roots");
    ASSERT_EQ(project
                  .shell("find " + project.state() + "/nix-lib/0123.42 " + project.state() + "/eval " +
                         project.state() + "/work -maxdepth 1 -type d -exec touch -d '2 days ago' {} +")
                  .status,
              0);
    const Ran dry = project.cirque({"gc", "--keep-runs", "1", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_TRUE(dry.outHas("would free") && dry.outHas("1 × workflow library of another version") &&
                dry.outHas("2 × work folder") && dry.outHas("1 × kept evaluation"))
        << dry.all();
    EXPECT_EQ(runs().size(), 3U);
    const json::value data = json::parse(project.cirque({"gc", "--keep-runs", "1", "--json"}).out);
    EXPECT_EQ(data.at("runs").as_array().size(), 2U) << data;
    EXPECT_EQ(data.at("leftovers").as_array().size(), 4U) << data;
    EXPECT_GT(data.at("bytes").to_number<std::int64_t>(), 0);
    EXPECT_EQ(runs().size(), 1U);
    EXPECT_EQ(entries("work"), 0U);
    EXPECT_EQ(json::parse(project.cirque({"gc", "--json"}).out).at("bytes"), 0);
    EXPECT_EQ(project.cirque({"gc", "--keep-days", "soon"}).status, 2);
}

TEST_F(Together, WhatAKilledRunLeftGoesAndTheRunItselfStays) {
    const std::string begun = project.root() + "/begun";
    Running killed = project.start({"run", project.planOf({"touch " + begun + "; sleep 60"})});
    project.waitFor(begun);
    killed.signal(9);
    (void)killed.wait();
    EXPECT_GT(entries("work"), 0U);
    const json::value data = json::parse(project.cirque({"gc", "--json"}).out);
    std::set<std::string> kinds;
    for (const json::value& one : data.at("leftovers").as_array()) {
        kinds.insert(json::value_to<std::string>(one.at("what")));
    }
    EXPECT_EQ(kinds, (std::set<std::string>{"work folder of a run that is gone",
                                            "private folder of a run that is gone",
                                            "control socket of a run that is gone"}))
        << data;
    EXPECT_EQ(entries("work"), 0U);
    ASSERT_EQ(runs().size(), 1U);
    EXPECT_EQ(runs()[0].at("state"), "interrupted");
    project.expectNoLeftovers();
}

// What could be a run that is about to begin; nothing runs.
TEST_F(Together, GcSaysWhyARunStays) {
    ASSERT_EQ(project.cirque({"run", "other.json"}).status, 0);
    const auto fail = [&] {
        ASSERT_EQ(project.cirque({"run", "other.json"}).status, 0);
        ASSERT_EQ(
            project.shell("rm " + project.state() + "/runs/" + project.lastRun() + "/journal.jsonl").status,
            0);
    };
    fail();
    for (const char* all : {"--keep-runs=1", "--all"}) {
        const Ran gc = project.cirque({"gc", "--dry-run", all});
        EXPECT_TRUE(gc.outHas("1 run stays: it has no events and is less than a minute old")) << gc.all();
        EXPECT_FALSE(gc.outHas("repeated")) << gc.all();
    }
    fail();
    const Ran gc = project.cirque({"gc"});
    EXPECT_TRUE(gc.outHas("2 runs stay: they have no events and are less than a minute old")) << gc.all();
}

TEST_F(Together, ARunThatRunsIsNoGarbage) {
    const std::string begun = project.root() + "/begun";
    Running slow = project.start({"run", project.planOf({"touch " + begun + "; sleep 60"})});
    project.waitFor(begun);
    const json::value data = json::parse(project.cirque({"gc", "--all", "--json"}).out);
    EXPECT_TRUE(data.at("runs").as_array().empty()) << data;
    EXPECT_TRUE(data.at("leftovers").as_array().empty()) << data;
    EXPECT_EQ(data.at("left"), 1) << data;
    const Ran told = project.cirque({"gc", "--all"});
    EXPECT_TRUE(told.outHas("1 run stays: it runs, or is repeated by a run that runs")) << told.all();
    slow.signal(2);
    EXPECT_EQ(slow.wait().status, 130);
    EXPECT_EQ(runs().size(), 1U);
}

} // namespace cirque::test
