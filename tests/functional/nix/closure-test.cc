// SPDX-License-Identifier: Apache-2.0
// Closures with the real Nix: what a job stands on, where it lies, and that it stays.
#include "nix/store/closure.hh"

#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/place.hh"
#include "tests/functional/nix/closure-project.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace cirque::frontend {
namespace {

constexpr Millis moment{20};

class Closures : public ClosureProject {
  protected:
    // Realises, computes the closure, collects garbage: every file must still be where the closure says.
    void keepsAll(const nix::Wanted& wanted) {
        std::vector<std::string> files;
        run([&]() -> io::Task<> {
            nix::Store store(options());
            const Result<void> realised = co_await store.realise(wanted, {});
            EXPECT_TRUE(realised) << realised.error().text();
            nix::Closures closures(environment_);
            nix::Realised names = store.realised(wanted);
            const nix::ClosurePtr closure = co_await closureOf(&closures, std::move(names));
            const Result<nix::StorePlace> place = co_await nix::findStorePlace(environment_, {});
            EXPECT_TRUE(place) << place.error().text();
            for (const nix::SizedPath& one : closure->paths) {
                files.push_back(place ? place->physicalPath(one.path) : "");
            }
            std::vector<std::string> collect{"nix-collect-garbage"};
            (void)co_await call(std::move(collect));
        });
        EXPECT_EQ(files.size(), 4u);
        for (const std::string& file : files) {
            EXPECT_TRUE(std::filesystem::exists(file)) << file;
        }
        EXPECT_TRUE(io::removeTree(folder_ + "/roots"));
        run([&]() -> io::Task<> {
            std::vector<std::string> collect{"nix-collect-garbage"};
            (void)co_await call(std::move(collect));
        });
        for (const std::string& file : files) {
            EXPECT_FALSE(std::filesystem::exists(file))
                << "else the first collection proved nothing: " << file;
        }
    }

    [[nodiscard]] std::string storeFolder() {
        Result<nix::StorePlace> place = nix::StorePlace{};
        run([&]() -> io::Task<> { place = co_await nix::findStorePlace(environment_, {}); });
        return place ? place->folder : place.error().text();
    }
};

TEST_F(Closures, HoldAllThatIsReferredToWithItsSizeInOrder) {
    const nix::Wanted wanted = define(3);
    ASSERT_EQ(wanted.paths.size(), 2u);
    run([&]() -> io::Task<> {
        nix::Closures closures(environment_);
        const nix::Realised realised{wanted.paths, {}};
        const nix::ClosurePtr closure = co_await closureOf(&closures, realised);
        EXPECT_EQ(closure->paths.size(), 4u);
        EXPECT_EQ(closure->roots.size(), 2u);
        std::vector<std::string> parts;
        std::int64_t bytes = 0;
        for (const nix::SizedPath& one : closure->paths) {
            if (one.path.contains("-part-")) {
                parts.push_back(one.path.substr(one.path.size() - 1));
            }
            bytes += one.bytes;
            std::vector<std::string> size{"nix-store", "--query", "--size", one.path};
            const std::string told = co_await call(std::move(size));
            EXPECT_EQ(told, fmt::format("{}\n", one.bytes)) << one.path;
        }
        EXPECT_EQ(parts, (std::vector<std::string>{"0", "1", "2"})) << "each after what it refers to";
        EXPECT_EQ(closure->bytes, bytes);
    });
}

// Wrong: fifty jobs with the same tools start fifty processes.
TEST_F(Closures, AreComputedOnceForAllWhoAsk) {
    const nix::Wanted wanted = define(3);
    countCalls("nix");
    run([&]() -> io::Task<> {
        nix::Closures closures(environment_);
        io::TaskGroup group;
        co_await group.start();
        std::vector<std::string> turned(wanted.paths.rbegin(), wanted.paths.rend());
        const nix::Realised one{wanted.paths, {}};
        const nix::Realised other{turned, {}};
        const auto ask = [&](nix::Realised realised) -> io::Task<> {
            const nix::ClosurePtr closure = co_await closureOf(&closures, std::move(realised));
            EXPECT_EQ(closure->paths.size(), 4u);
        };
        group.spawn(ask(one));
        group.spawn(ask(other));
        group.spawn(ask(one));
        co_await group.join();
        const nix::Realised nothing;
        const nix::ClosurePtr empty = co_await closureOf(&closures, nothing);
        EXPECT_TRUE(empty->paths.empty());
    });
    EXPECT_EQ(calls(), 1);
}

TEST_F(Closures, OfAPathThatIsGoneSayWhich) {
    run([&]() -> io::Task<> {
        nix::Closures closures(environment_);
        const std::string gone = folder_ + "/store/00000000000000000000000000000000-gone";
        const nix::Realised realised{{gone}, {}};
        const Result<nix::ClosurePtr> closure = co_await closures.of(realised, {});
        EXPECT_FALSE(closure);
        EXPECT_EQ(
            closure ? "" : closure.error().message,
            fmt::format("cannot tell what the job's store paths refer to: path '{}' is not valid", gone));
    });
}

// Wrong: Nix 2.8 takes the file of a derivation for its outputs, which nobody has built.
TEST_F(Closures, OfOutputsAndOfTheFileOfADerivation) {
    const plan::Plan plan = planOf(R"nix({ cirque }: let
        build = name: text: derivation {
          inherit name; system = builtins.currentSystem; builder = "/bin/sh"; outputs = [ "out" "dev" ];
          args = [ "-c" "echo ${text} > $out; echo > $dev; exit 0" ];
        };
        below = build "below" "x"; top = build "top" below;
      in cirque.mkWorkflow { name = "w"; jobs.a.steps = [ { bash = "cat ${top}"; } ]; })nix");
    const plan::Derivation top = plan.jobs.at(0).steps.at(0).closure.derivations.at(0);
    run([&]() -> io::Task<> {
        nix::Store store(options());
        const auto names = [](const nix::Closure& closure) {
            std::vector<std::string> out;
            for (const nix::SizedPath& one : closure.paths) {
                out.push_back(one.path.substr(one.path.rfind('/') + 34));
            }
            std::ranges::sort(out);
            return fmt::format("{}", fmt::join(out, " "));
        };
        nix::Closures closures(environment_);
        const nix::Wanted out{{{top.drv, {"out"}}}, {}};
        EXPECT_TRUE(store.realised(out).paths.empty()) << "nothing is there yet";
        const Result<void> first = co_await store.realise(out, {});
        EXPECT_TRUE(first) << first.error().text();
        nix::Realised outOnly = store.realised(out);
        const nix::ClosurePtr one = co_await closureOf(&closures, std::move(outOnly));
        EXPECT_EQ(names(*one), "below top");
        const nix::Wanted all{{{top.drv, {"*"}}}, {}};
        const Result<void> second = co_await store.realise(all, {});
        EXPECT_TRUE(second) << second.error().text();
        nix::Realised every = store.realised(all);
        EXPECT_EQ(every.derivations, (std::vector<std::string>{top.drv}));
        const nix::ClosurePtr both = co_await closureOf(&closures, std::move(every));
        EXPECT_EQ(names(*both), "below top top-dev");
        const nix::Realised file{{top.drv}, {}};
        const nix::ClosurePtr instructions = co_await closureOf(&closures, file);
        EXPECT_EQ(names(*instructions), "below.drv top.drv");
        const nix::Derivation wholeTop{top.drv, {"dev", "out"}};
        nix::Store other(options());
        const Result<nix::BuiltPaths> built = co_await other.build(wholeTop, {});
        EXPECT_TRUE(built);
        EXPECT_EQ(other.realised(out).paths, store.realised(out).paths) << "what a build step made counts";
    });
}

TEST_F(Closures, StayWhileTheRunHoldsThem) {
    const nix::Wanted wanted = define(3);
    keepsAll(wanted);
}

TEST_F(Closures, StayInAChrootStore) {
    useChrootStore();
    const nix::Wanted wanted = define(3);
    ASSERT_TRUE(wanted.paths.at(0).starts_with("/nix/store/"));
    keepsAll(wanted);
    EXPECT_EQ(storeFolder(), folder_ + "/chroot/nix/store");
}

// Wrong: only NIX_REMOTE is looked at, and files of another store are shown to the job.
TEST_F(Closures, StayInAChrootStoreThatTheConfigurationNames) {
    useChrootStore();
    set("NIX_REMOTE", "");
    ASSERT_TRUE(io::writeFileAtomic(folder_ + "/conf/nix.conf",
                                    fmt::format("sandbox = false\nsubstituters =\nbuild-users-group =\n"
                                                "store = local?root={}/chroot\n",
                                                folder_)));
    const nix::Wanted wanted = define(3);
    keepsAll(wanted);
    EXPECT_EQ(storeFolder(), folder_ + "/chroot/nix/store");
}

TEST_F(Closures, StayBehindADaemonsSocket) {
    const io::SpawnOptions spawn{
        .argv = {"nix-daemon"}, .env = nix::nixEnvironment(environment_), .cwd = "/", .keep = {}};
    const Result<io::Process> daemon = io::Process::spawn(spawn); // ends with the test
    ASSERT_TRUE(daemon) << daemon.error().text();
    set("NIX_REMOTE", "daemon");
    run([&]() -> io::Task<> {
        const std::string socket = folder_ + "/var/daemon-socket/socket";
        for (int i = 0; i < 500 && !std::filesystem::exists(socket); ++i) {
            co_await io::sleepFor(moment);
        }
    });
    keepsAll(define(3));
    EXPECT_EQ(storeFolder(), "");
}

} // namespace
} // namespace cirque::frontend
