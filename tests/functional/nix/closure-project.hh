// SPDX-License-Identifier: Apache-2.0
// A project whose job stands on store paths, and what tests of closures do with the real Nix.
#pragma once

#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/closure.hh"
#include "nix/store/realise.hh"
#include "tests/functional/nix/nix-project.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>

namespace cirque::frontend {

class ClosureProject : public NixProject {
  protected:
    // A job whose step names a file that refers to `length` others in a row, and a file of the tree.
    [[nodiscard]] nix::Wanted define(int length) const {
        write("data.txt", "data of the tree\n");
        const plan::Plan plan = planOf(fmt::format(
            "{{ cirque }}: let chain = builtins.foldl' (before: i: builtins.toFile \"part-${{toString i}}\" "
            "\"${{before}}\\n\") \"end\" (builtins.genList (i: i) {}); in cirque.mkWorkflow {{ name = \"w\"; "
            "jobs.a.steps = [ {{ bash = \"cat ${{chain}} ${{./data.txt}}\"; }} ]; }}",
            length));
        return {.derivations = {}, .paths = plan.jobs.at(0).steps.at(0).closure.paths};
    }

    nix::StoreOptions options() { return {.environment = environment_, .rootsFolder = folder_ + "/roots"}; }

    void set(const std::string& name, const std::string& value) {
        std::erase_if(environment_, [&](const auto& entry) { return entry.first == name; });
        if (!value.empty()) {
            environment_.emplace_back(name, value);
        }
    }

    // A store below a folder of this test, with paths that begin with /nix/store.
    void useChrootStore() {
        for (const char* name : {"NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"}) {
            set(name, "");
        }
        set("NIX_REMOTE", folder_ + "/chroot");
    }

    // What a Nix program prints, which must go well.
    io::Task<std::string> call(std::vector<std::string> argv) {
        io::SpawnOptions spawn{
            .argv = std::move(argv), .env = nix::nixEnvironment(environment_), .cwd = "/", .keep = {}};
        Result<io::Captured> captured = co_await io::capture(std::move(spawn));
        EXPECT_TRUE(captured && captured->status.ok())
            << (captured ? captured->err : captured.error().text());
        co_return captured ? captured->out : std::string();
    }

    io::Task<nix::ClosurePtr> closureOf(nix::Closures* closures, nix::Realised realised) {
        Result<nix::ClosurePtr> closure = co_await closures->of(std::move(realised), {});
        EXPECT_TRUE(closure) << closure.error().text();
        co_return closure ? *closure : std::make_shared<const nix::Closure>();
    }

    void run(std::function<io::Task<>()> test) {
        io::Runtime runtime;
        runtime.run(std::move(test));
    }

    // A program in front of Nix's that notes each call in folder_/calls, and does `first`.
    void countCalls(const std::string& program, const std::string& first = ":") const {
        const std::string bin = folder_ + "/counting";
        std::filesystem::create_directories(bin);
        const std::string path = std::getenv("PATH");
        ASSERT_TRUE(
            io::writeFileAtomic(bin + "/" + program,
                                fmt::format("#!/bin/sh\necho call >> {}/calls\n{}\nPATH={}\nexec {} \"$@\"\n",
                                            folder_, first, path, program),
                                0755));
        ::setenv("PATH", (bin + ":" + path).c_str(), 1);
    }

    [[nodiscard]] std::ptrdiff_t calls() const {
        return std::ranges::count(io::readFile(folder_ + "/calls").value_or(""), '\n');
    }

    void SetUp() override {
        NixProject::SetUp();
        oldPath_ = std::getenv("PATH");
    }

    void TearDown() override {
        ::setenv("PATH", oldPath_.c_str(), 1);
        NixProject::TearDown();
    }

  private:
    std::string oldPath_;
};

} // namespace cirque::frontend
