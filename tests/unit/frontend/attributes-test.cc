// SPDX-License-Identifier: Apache-2.0
// What a flake calls a derivation may be anything.
#include "frontend/flake/attributes.hh"

#include <gtest/gtest.h>

namespace cirque::frontend {
namespace {

AttributeJob jobOf(Json outputs) {
    return attributeJob({"checks", "a"}, Json(JsonObject{{"drv", "/nix/store/x-a.drv"},
                                                         {"name", "a"},
                                                         {"system", "x86_64-linux"},
                                                         {"outputs", std::move(outputs)}}));
}

TEST(AttributeJob, BuildsItsOutputs) {
    const AttributeJob job = jobOf(JsonArray{"out", "dev"});
    ASSERT_FALSE(job.error);
    EXPECT_EQ(std::get<plan::BuildRun>(job.job.steps.front().action).derivation.outputs,
              (std::vector<std::string>{"out", "dev"}));
}

TEST(AttributeJob, OutputsThatAreNoNamesAreItsFailure) {
    for (const Json& outputs : {Json(JsonArray{1}), Json(JsonArray{"out", nullptr}), Json("out"), Json(7),
                                Json(nullptr), Json(JsonArray{})}) {
        const AttributeJob job = jobOf(outputs);
        ASSERT_TRUE(job.error) << toLine(outputs);
        EXPECT_EQ(job.error->code, ErrorCode::Evaluation);
        EXPECT_TRUE(job.error->message.contains("checks.a")) << job.error->message;
        EXPECT_TRUE(std::holds_alternative<plan::BashRun>(job.job.steps.front().action))
            << "a step that fails, so that the plan stays true";
    }
}

// It becomes a word of a command line.
TEST(AttributeJob, APathThatIsNoDerivationsIsItsFailure) {
    for (const char* drv : {"--help", "relative.drv", "/nix/store/x", "/etc/passwd"}) {
        const Json answer(JsonObject{{"drv", drv}, {"outputs", JsonArray{"out"}}});
        const AttributeJob job = attributeJob({"checks", "a"}, answer);
        ASSERT_TRUE(job.error) << drv;
        EXPECT_TRUE(job.error->message.contains(drv)) << job.error->message;
    }
}

TEST(AttributeJob, AnAnswerOfAnyShapeIsAJob) {
    for (const Json& answer : {Json(nullptr), Json(1), Json(JsonArray{}), Json(JsonObject{{"drv", 1}}),
                               Json(JsonObject{{"problem", JsonArray{}}})}) {
        EXPECT_TRUE(attributeJob({"a"}, answer).error) << toLine(answer);
    }
}

} // namespace
} // namespace cirque::frontend
