// SPDX-License-Identifier: Apache-2.0
// Several builds given to one nix-store: each still has its own end and its own log.
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/realise.hh"
#include "tests/functional/nix/nix-project.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace cirque::frontend {
namespace {

constexpr Millis moment{20};

struct Made {
    std::string log;
    std::optional<Result<nix::BuiltPaths>> result;

    [[nodiscard]] bool good() const { return result && *result; }
};

class Batches : public NixProject {
  protected:
    void SetUp() override {
        NixProject::SetUp();
        countCalls();
    }

    // Builds, one for each pair of name and shell script; scripts may use ${name} of others.
    void define(const std::vector<std::pair<std::string, std::string>>& builds) {
        std::string text = "{ cirque }: let\n";
        std::string steps;
        for (const auto& [name, script] : builds) {
            text += fmt::format(
                "  {0} = derivation {{ name = \"{0}\"; system = builtins.currentSystem; builder = "
                "\"/bin/sh\"; PATH = \"/usr/bin:/bin\"; args = [ \"-c\" \"echo in {0}; {1}\" ]; }};\n",
                name, script);
            steps += fmt::format(" {{ name = \"{0}\"; build = {0}; }}", name);
        }
        const plan::Plan plan =
            planOf(text + "in cirque.mkWorkflow { name = \"w\"; jobs.a.steps = [" + steps + " ]; }");
        for (const plan::Step& step : plan.jobs.at(0).steps) {
            const auto& run = std::get<plan::BuildRun>(step.action);
            derivations_[step.name] = {run.derivation.drv, run.derivation.outputs};
        }
    }

    io::Task<> build(nix::Store* store, std::string name, io::StopToken stop = {}) {
        Made& made = made_[name];
        const nix::Watch watch{.log = [&made](std::string_view bytes) { made.log += bytes; }};
        made.result = co_await store->build(derivations_.at(name), watch, std::move(stop));
    }

    nix::StoreOptions options(int lookAhead) {
        return {.environment = environment_,
                .rootsFolder = folder_ + "/roots",
                .lookAhead = nix::LookAhead(lookAhead)};
    }

    // All at the same time, expected in that order.
    void buildAll(nix::Store& store, const std::vector<std::string>& names) {
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            io::TaskGroup group;
            co_await group.start();
            for (const std::string& name : names) {
                store.expect(derivations_.at(name));
            }
            for (const std::string& name : names) {
                group.spawn(build(&store, name));
            }
            co_await group.join();
        });
    }

    // Nix becomes a program that says `record`, and that two paths are there.
    void answer(const std::string& record) const {
        const std::string file = folder_ + "/counting/nix-store";
        ASSERT_TRUE(io::writeFileAtomic(
            file, fmt::format("#!/bin/sh\n[ -z '{0}' ] || echo '{0}' >&2\nfor i in one two; do echo "
                              "/nix/store/00000000000000000000000000000000-$i; done\n",
                              record)));
        ASSERT_EQ(::chmod(file.c_str(), 0755), 0);
    }

    [[nodiscard]] std::ptrdiff_t calls() const {
        const std::string text = io::readFile(folder_ + "/calls").value_or("");
        return std::ranges::count(text, '\n');
    }

    std::map<std::string, nix::Derivation> derivations_;
    std::map<std::string, Made> made_;

  private:
    // A nix-store in front of the real one that notes each call.
    void countCalls() {
        const auto path =
            std::ranges::find(environment_, "PATH", [](const auto& entry) { return entry.first; });
        ASSERT_NE(path, environment_.end());
        const std::string bin = folder_ + "/counting";
        std::filesystem::create_directories(bin);
        const std::string script = fmt::format(
            "#!/bin/sh\necho call >> {}/calls\nPATH={}\nexec nix-store \"$@\"\n", folder_, path->second);
        ASSERT_TRUE(io::writeFileAtomic(bin + "/nix-store", script));
        ASSERT_EQ(::chmod((bin + "/nix-store").c_str(), 0755), 0);
        oldPath_ = std::getenv("PATH");
        ::setenv("PATH", (bin + ":" + oldPath_).c_str(), 1);
    }

    void TearDown() override {
        ::setenv("PATH", oldPath_.c_str(), 1);
        NixProject::TearDown();
    }

    std::string oldPath_;
};

TEST_F(Batches, ShortBuildsShareAProcessAndKeepTheirOwnLogs) {
    define(
        {{"one", "echo > $out; exit 0"}, {"two", "echo > $out; exit 0"}, {"three", "echo > $out; exit 0"}});
    nix::Store store(options(8));
    buildAll(store, {"one", "two", "three"});
    EXPECT_EQ(calls(), 1);
    for (const char* name : {"one", "two", "three"}) {
        const Made& made = made_[name];
        ASSERT_TRUE(made.good()) << (*made.result).error().text();
        EXPECT_FALSE((*made.result)->cached);
        ASSERT_EQ((*made.result)->outputs.size(), 1U);
        EXPECT_EQ((*made.result)->outputs[0].first, "out");
        EXPECT_TRUE((*made.result)->outputs[0].second.ends_with("-" + std::string(name)));
        EXPECT_EQ(made.log, fmt::format("building {0}\nin {0}\n", name));
    }
    nix::Store later(options(8));
    made_.clear();
    buildAll(later, {"one", "two", "three"});
    for (const char* name : {"one", "two", "three"}) {
        ASSERT_TRUE(made_[name].good());
        EXPECT_TRUE((*made_[name].result)->cached) << made_[name].log;
        EXPECT_EQ(made_[name].log, fmt::format("{} was there already\n", name));
    }
}

TEST_F(Batches, OneFailureIsNotTheOthers) {
    define({{"good", "echo > $out; exit 0"},
            {"bad", "echo it hurts; exit 3"},
            {"needs", "echo ${bad} > $out; exit 0"},
            {"also", "echo > $out; exit 0"}});
    nix::Store store(options(8));
    buildAll(store, {"good", "bad", "needs", "also"});
    EXPECT_TRUE(made_["good"].good()) << made_["good"].result->error().text();
    EXPECT_TRUE(made_["also"].good()) << made_["also"].result->error().text();
    ASSERT_FALSE(made_["bad"].good());
    EXPECT_EQ(made_["bad"].result->error().code, ErrorCode::Build);
    EXPECT_EQ(made_["bad"].result->error().message,
              "bad did not build: builder failed with exit code 3; its last words: \"in bad\", \"it hurts\"");
    EXPECT_TRUE(made_["bad"].log.contains("it hurts\n")) << made_["bad"].log;
    EXPECT_FALSE(made_["good"].log.contains("it hurts")) << made_["good"].log;
    ASSERT_FALSE(made_["needs"].good());
    EXPECT_TRUE(made_["needs"].result->error().message.starts_with(
        "needs needs what did not build: bad did not build"))
        << made_["needs"].result->error().message;
    for (const char* name : {"good", "also"}) {
        const std::string& path = (*made_[name].result)->outputs.at(0).second;
        EXPECT_TRUE(std::filesystem::exists(path)) << path;
    }
}

TEST_F(Batches, WhatIsNotExpectedIsAlone) {
    define({{"one", "echo > $out; exit 0"}, {"two", "echo > $out; exit 0"}});
    nix::Store store(options(8));
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        store.expect(derivations_.at("two"));
        co_await build(&store, "one");
        EXPECT_EQ(calls(), 1);
        co_await build(&store, "two");
    });
    EXPECT_EQ(calls(), 2) << "one may have a time limit, which is not for two";
    EXPECT_EQ(made_["two"].log, "building two\nin two\n");
}

TEST_F(Batches, ALongBuildKeepsNobodyWaiting) {
    define({{"one", "echo > $out; exit 0"},
            {"long", fmt::format("while [ ! -e {}/go ]; do sleep 0.05; done; echo > $out; exit 0", folder_)},
            {"two", "echo > $out; exit 0"}});
    nix::Store store(options(8));
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        for (const char* name : {"one", "long", "two"}) {
            store.expect(derivations_.at(name));
        }
        group.spawn(build(&store, "one"));
        group.spawn(build(&store, "long"));
        group.spawn(build(&store, "two"));
        while (!made_["one"].result || !made_["two"].result) {
            co_await io::sleepFor(moment);
        }
        EXPECT_FALSE(made_["long"].result);
        EXPECT_TRUE(io::writeFileAtomic(folder_ + "/go", ""));
        co_await group.join();
    });
    for (const char* name : {"one", "long", "two"}) {
        EXPECT_TRUE(made_[name].good()) << name;
    }
}

TEST_F(Batches, AStopOfOneLeavesTheOthers) {
    define({{"first",
             fmt::format("touch {0}/begun; while [ ! -e {0}/go ]; do sleep 0.05; done; echo > $out; exit 0",
                         folder_)},
            {"second", "echo > $out; exit 0"}});
    nix::Store store(options(8));
    io::Runtime runtime;
    io::StopSource stop;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        store.expect(derivations_.at("first"));
        store.expect(derivations_.at("second"));
        group.spawn(build(&store, "first", stop.token()));
        group.spawn(build(&store, "second"));
        while (!std::filesystem::exists(folder_ + "/begun")) {
            co_await io::sleepFor(moment);
        }
        stop.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        co_await group.join();
    });
    EXPECT_FALSE(made_["first"].good());
    EXPECT_TRUE(made_["second"].good());
}

TEST_F(Batches, ThoseThatAskForTheSameShareItsEnd) {
    define({{"bad", "echo once; exit 3"}});
    nix::Store store(options(1));
    Made other;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        group.spawn(build(&store, "bad"));
        co_await io::yieldNow();
        const nix::Watch watch{.log = [&other](std::string_view bytes) { other.log += bytes; }};
        other.result = co_await store.build(derivations_.at("bad"), watch);
        co_await group.join();
        EXPECT_EQ(calls(), 1);
        co_await build(&store, "bad");
    });
    EXPECT_FALSE(made_["bad"].good());
    EXPECT_FALSE(other.good());
    EXPECT_EQ(other.log, "bad is being built for another job of this run\n");
    EXPECT_EQ(calls(), 2) << "a retry is a fresh build";
}

// Wrong: the time limit or the cancel of one job fails another that waits for the same.
TEST_F(Batches, AStopOfTheOneThatBuildsIsNotTheEndOfThoseThatWait) {
    define({{"slow",
             fmt::format("echo > {0}/begun; while [ ! -e {0}/go ]; do sleep 0.05; done; echo > $out; exit 0",
                         folder_)}});
    nix::Store store(options(1));
    derivations_["waiting"] = derivations_.at("slow");
    io::StopSource stop;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        group.spawn(build(&store, "slow", stop.token()));
        while (!std::filesystem::exists(folder_ + "/begun")) {
            co_await io::sleepFor(moment);
        }
        group.spawn(build(&store, "waiting"));
        while (made_["waiting"].log.empty()) {
            co_await io::sleepFor(moment);
        }
        stop.request(io::StopLevel::Graceful, io::StopReason::Timeout);
        while (!made_["slow"].result) {
            co_await io::sleepFor(moment);
        }
        EXPECT_TRUE(io::writeFileAtomic(folder_ + "/go", ""));
        co_await group.join();
    });
    ASSERT_FALSE(made_["slow"].good());
    EXPECT_EQ(made_["slow"].result->error().code, ErrorCode::Process);
    ASSERT_TRUE(made_["waiting"].good()) << made_["waiting"].result->error().text();
    EXPECT_FALSE((*made_["waiting"].result)->cached);
    EXPECT_EQ(calls(), 2);
}

// Wrong: a Nix whose words are not understood counts as one that had nothing to do.
TEST_F(Batches, ANixThatTellsNothingIsNeverCached) {
    define({{"one", "echo > $out; exit 0"}, {"two", "echo > $out; exit 0"}});
    answer("");
    for (const int lookAhead : {1, 8}) {
        nix::Store store(options(lookAhead));
        buildAll(store, {"one", "two"});
        for (const char* name : {"one", "two"}) {
            ASSERT_TRUE(made_[name].good());
            EXPECT_FALSE((*made_[name].result)->cached) << name << " of " << lookAhead;
        }
    }
}

// Wrong: what Nix builds under another name, as it does with a derivation whose inputs are addressed by their
// contents, counts as nothing built.
TEST_F(Batches, WhatIsBuiltForNobodyThatIsKnownLeavesNobodyCached) {
    define({{"one", "echo > $out; exit 0"}, {"two", "echo > $out; exit 0"}});
    const auto start = [](std::string_view drv, int type) {
        return fmt::format(R"(@nix {{"action":"start","fields":["{}","",1,1],"id":1,"level":3,"parent":0,)"
                           R"("text":"","type":{}}})",
                           drv, type);
    };
    for (const auto& [type, cached] : {std::pair(105, false), std::pair(104, true)}) {
        answer(start("/nix/store/11111111111111111111111111111111-one.drv", type));
        nix::Store store(options(8));
        buildAll(store, {"one", "two"});
        for (const char* name : {"one", "two"}) {
            ASSERT_TRUE(made_[name].good());
            EXPECT_EQ((*made_[name].result)->cached, cached) << name << " of " << type;
        }
    }
}

} // namespace
} // namespace cirque::frontend
