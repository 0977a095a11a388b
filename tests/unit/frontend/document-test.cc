// SPDX-License-Identifier: Apache-2.0
#include "frontend/workflow/document.hh"

#include "frontend/workflow/load.hh"

#include <gtest/gtest.h>

namespace cirque::frontend {
namespace {

Json json(std::string_view text) {
    Result<Json> parsed = parseJson(text, "test");
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Json();
}

nix::Evaluation answer(std::string_view text, std::vector<Json> files = {}) {
    return {.value = json(text), .files = std::move(files), .notes = {}};
}

TEST(Document, OnlyStorePathsAndBuildsNeedTheStore) {
    EXPECT_FALSE(needsStore(
        json(R"({"plan":{"jobs":{"a":{"steps":[{"closure":{"hostTools":["t"],"files":["f"]}}]}}}})")));
    EXPECT_TRUE(
        needsStore(json(R"({"plan":{"jobs":{"a":{"steps":[{"closure":{"paths":["/nix/store/x"]}}]}}}})")));
    EXPECT_TRUE(needsStore(json(R"({"plan":{"jobs":{"a":{"steps":[{},{"build":{"drv":"/d.drv"}}]}}}})")));
    EXPECT_TRUE(needsStore(
        json(R"({"plan":{"jobs":{"a":{"steps":[{"closure":{"derivations":[{"drv":"/d.drv"}]}}]}}}})")));
}

TEST(Document, AMachineOfAJobNeedsTheStore) {
    EXPECT_TRUE(needsStore(json(R"({"plan":{"jobs":{"a":{"machine":{"nixos":{"drv":"/d.drv"}}}}}})")));
}

TEST(Document, MisshapenJobsAreLeftToTheSchema) {
    EXPECT_FALSE(needsStore(json(R"({"plan":{"jobs":{"a":1,"b":{"steps":7},"@pos":{"a":"x:1:1"}}}})")));
    EXPECT_FALSE(needsStore(json(R"({"plan":{"jobs":[]}})")));
    const Result<Json> taken = takeDocument(answer(R"({"plan":{"jobs":[1]}})"));
    ASSERT_TRUE(taken);
    EXPECT_EQ(toLine(*taken), R"({"jobs":[1]})");
}

TEST(Document, OnlyUsedFilesTravelAndDefaultsAreLeftOut) {
    const Result<Json> taken = takeDocument(
        answer(R"({"plan":{"jobs":{"a":{"steps":[{"closure":{"files":["t1"]}}]}}}})",
               {json(R"({"token":"t1","name":"n","text":"","executable":false,"program":""})"),
                json(R"({"token":"t2","name":"unused","text":"x","executable":true,"program":"p"})")}));
    ASSERT_TRUE(taken);
    EXPECT_EQ(toLine(taken->at("files")), R"({"t1":{"name":"n","text":""}})");
}

TEST(Document, AnErrorOfTheLibraryIsAnEvaluationErrorWithItsHint) {
    const Result<Json> taken = takeDocument(answer(R"({"error":{"message":"m","hint":"h"}})"));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::Evaluation);
    EXPECT_EQ(taken.error().message, "m");
    EXPECT_EQ(taken.error().hint, "h");
}

TEST(PackageSetOption, HostIsAWordEverythingElseAFile) {
    EXPECT_EQ(PackageSet::parse("", "/w").kind, PackageSet::Kind::Auto);
    EXPECT_EQ(PackageSet::parse("host", "/w").kind, PackageSet::Kind::Host);
    EXPECT_EQ(PackageSet::parse("pkgs.nix", "/w").file, "/w/pkgs.nix");
    EXPECT_EQ(PackageSet::parse("/p/pkgs.nix", "/w").file, "/p/pkgs.nix");
}

} // namespace
} // namespace cirque::frontend
