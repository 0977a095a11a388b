// SPDX-License-Identifier: Apache-2.0
// A project whose workflow is evaluated once, and what tests ask about that.
#pragma once

#include "base/json.hh"
#include "tests/functional/support/project.hh"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace cirque::test {

namespace fs = std::filesystem;

inline const std::string simple =
    "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a = { copyRepo = false; "
    "steps = [ { bash = \"true\"; } ]; }; }";

// A workflow whose job holds `value` as its environment.
inline std::string workflowOf(const std::string& value) {
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

} // namespace cirque::test
