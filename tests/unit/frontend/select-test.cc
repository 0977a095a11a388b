// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/select.hh"

#include "base/json.hh"

#include <gtest/gtest.h>

#include <map>

namespace cirque::frontend {
namespace {

constexpr const char* here = "x86_64-linux";

// A flake as its answers: path -> "set: a b", "derivation", "workflow" or "error: why".
class Flake {
  public:
    explicit Flake(std::map<std::string, std::string> things) : things_(std::move(things)) {}

    [[nodiscard]] Result<Selection> ask(const std::vector<std::string>& wanted) const {
        std::vector<AttributePattern> patterns;
        for (const std::string& text : wanted) {
            CIRQUE_TRY_ASSIGN(AttributePattern pattern, parsePattern(text));
            patterns.push_back(std::move(pattern));
        }
        CIRQUE_TRY_ASSIGN(const std::vector<Question> questions, questionsFor(patterns, here));
        std::vector<Result<Json>> answers;
        for (const Question& question : questions) {
            answers.push_back(answer(question));
        }
        return select(patterns, questions, answers);
    }

  private:
    [[nodiscard]] Result<Json> answer(const Question& question) const {
        for (const AttributePath& path : question.paths) {
            const auto found = things_.find(toText(path));
            if (found == things_.end()) {
                continue;
            }
            const std::string& thing = found->second;
            if (thing.starts_with("error: ")) {
                return fail(ErrorCode::Evaluation, thing);
            }
            JsonObject out{{"path", JsonArray(path.begin(), path.end())}, {"kind", thing}};
            if (thing.starts_with("set:")) {
                out["kind"] = "set";
                JsonArray names;
                std::string rest = thing.substr(4);
                for (std::size_t at = rest.find(' '); at != std::string::npos; at = rest.find(' ')) {
                    rest.erase(0, at + 1);
                    names.emplace_back(rest.substr(0, rest.find(' ')));
                }
                out["names"] = names;
            }
            return Json(out);
        }
        return Json(nullptr);
    }

    std::map<std::string, std::string> things_;
};

std::vector<std::string> texts(const Result<Selection>& selection) {
    std::vector<std::string> out;
    if (!selection) {
        return {"error: " + selection.error().text()};
    }
    for (const ListedAttribute& attribute : selection->attributes) {
        out.push_back(toText(attribute.path) + (attribute.error ? " !" : ""));
    }
    for (const AttributePath& path : selection->workflows) {
        out.push_back("workflow " + toText(path));
    }
    return out;
}

using Texts = std::vector<std::string>;

const Flake usual({{"checks.x86_64-linux", "set: fmt lint"},
                   {"checks.x86_64-linux.fmt", "derivation"},
                   {"packages.x86_64-linux", "set: default hello"},
                   {"packages.x86_64-linux.hello", "derivation"},
                   {"packages.aarch64-linux", "set: hello"},
                   {"legacyPackages.x86_64-linux.hello", "derivation"},
                   {"hydraJobs", "set: a b"},
                   {"devShells.x86_64-linux", "set: default"}});

TEST(Select, WithoutNamesEverythingForThisSystem) {
    EXPECT_EQ(texts(usual.ask({})),
              (Texts{"checks.x86_64-linux.fmt", "checks.x86_64-linux.lint", "packages.x86_64-linux.default",
                     "packages.x86_64-linux.hello", "devShells.x86_64-linux.default"}));
}

TEST(Select, ABareNameIsLookedForAsNixDoes) {
    EXPECT_EQ(texts(usual.ask({"hello"})), Texts{"packages.x86_64-linux.hello"});
    EXPECT_EQ(texts(usual.ask({"fmt"})), Texts{"checks.x86_64-linux.fmt"});
    EXPECT_EQ(texts(usual.ask({"checks.fmt"})), Texts{"checks.x86_64-linux.fmt"});
    EXPECT_EQ(texts(usual.ask({"checks.x86_64-linux.fmt"})), Texts{"checks.x86_64-linux.fmt"});
}

TEST(Select, ASetMeansItsMembers) {
    EXPECT_EQ(texts(usual.ask({"checks"})), (Texts{"checks.x86_64-linux.fmt", "checks.x86_64-linux.lint"}));
    EXPECT_EQ(texts(usual.ask({"hydraJobs"})), (Texts{"hydraJobs.a", "hydraJobs.b"}));
    EXPECT_EQ(texts(usual.ask({"packages.aarch64-linux"})), Texts{"packages.aarch64-linux.hello"});
}

TEST(Select, GlobsMatchNamesAndSets) {
    EXPECT_EQ(texts(usual.ask({"checks.*"})), (Texts{"checks.x86_64-linux.fmt", "checks.x86_64-linux.lint"}));
    EXPECT_EQ(texts(usual.ask({"checks.x86_64-linux.l*"})), Texts{"checks.x86_64-linux.lint"});
    EXPECT_EQ(texts(usual.ask({"*.x86_64-linux.default"})),
              (Texts{"packages.x86_64-linux.default", "devShells.x86_64-linux.default"}));
    EXPECT_EQ(texts(usual.ask({"packages.aarch64-linux.*"})), Texts{"packages.aarch64-linux.hello"});
    EXPECT_EQ(texts(usual.ask({"packages.*.hello"})), Texts{"packages.x86_64-linux.hello"});
    EXPECT_EQ(texts(usual.ask({"hydraJobs.*"})), (Texts{"hydraJobs.a", "hydraJobs.b"}));
    EXPECT_EQ(texts(usual.ask({"h*"})), Texts{"packages.x86_64-linux.hello"});
}

TEST(Select, WhatIsNamedTwiceIsThereOnce) {
    EXPECT_EQ(texts(usual.ask({"checks.*", "fmt"})),
              (Texts{"checks.x86_64-linux.fmt", "checks.x86_64-linux.lint"}));
}

TEST(Select, ANameThatMatchesNothingIsAnErrorThoughOthersMatch) {
    for (const char* name : {"nope", "checks.nope*", "checks.aarch64-darwin.*"}) {
        const auto selection = usual.ask({"fmt", name});
        ASSERT_FALSE(selection) << name;
        EXPECT_EQ(selection.error().code, ErrorCode::NotFound);
        EXPECT_TRUE(selection.error().message.contains(name)) << selection.error().message;
    }
}

TEST(Select, ASetThatCannotBeListedIsAFailureOfItsOwn) {
    const Flake flake({{"checks.x86_64-linux", "set: fmt"}, {"packages.x86_64-linux", "error: boom"}});
    EXPECT_EQ(texts(flake.ask({})), (Texts{"checks.x86_64-linux.fmt", "packages.x86_64-linux !"}));
    const Flake odd({{"checks.x86_64-linux", "derivation"}});
    EXPECT_EQ(texts(odd.ask({})), Texts{"checks.x86_64-linux !"})
        << "a set that is none must not be left out";
}

TEST(Select, AWorkflowComesFirstAndRunsAlone) {
    const Flake flake({{"cirque.x86_64-linux", "set: ci release"},
                       {"cirque.x86_64-linux.ci", "workflow"},
                       {"packages.x86_64-linux.ci", "derivation"},
                       {"packages.x86_64-linux.other", "derivation"}});
    EXPECT_EQ(texts(flake.ask({"ci"})), Texts{"workflow cirque.x86_64-linux.ci"});
    EXPECT_EQ(texts(flake.ask({"other"})), Texts{"packages.x86_64-linux.other"});
    EXPECT_FALSE(flake.ask({"ci", "other"}));
    EXPECT_EQ(texts(flake.ask({})),
              (Texts{"workflow cirque.x86_64-linux.ci", "workflow cirque.x86_64-linux.release"}));
}

TEST(DefaultWorkflow, DefaultThenCiThenTheOnlyOne) {
    const AttributePath a{"cirque", here, "a"};
    const AttributePath ci{"cirque", here, "ci"};
    const AttributePath byDefault{"cirque", here, "default"};
    EXPECT_EQ(*defaultWorkflow({a, ci, byDefault}), std::optional(byDefault));
    EXPECT_EQ(*defaultWorkflow({a, ci}), std::optional(ci));
    EXPECT_EQ(*defaultWorkflow({a}), std::optional(a));
    EXPECT_EQ(*defaultWorkflow({}), std::optional<AttributePath>());
    const auto several = defaultWorkflow({a, {"cirque", here, "b"}});
    ASSERT_FALSE(several);
    EXPECT_TRUE(several.error().message.contains("a, b")) << several.error().message;
}

} // namespace
} // namespace cirque::frontend
