// SPDX-License-Identifier: Apache-2.0
// What steps tell beyond their bytes: annotations, test reports, summaries.
#include "base/json.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <fstream>

namespace cirque::test {
namespace {

using Texts = std::vector<std::string>;

// The events of one type in the newest run's journal, in order.
std::vector<JsonObject> events(const Project& project, std::string_view type) {
    std::ifstream file(fmt::format("{}/runs/{}/journal.jsonl", project.state(), project.lastRun()));
    std::vector<JsonObject> found;
    for (std::string line; std::getline(file, line);) {
        const Result<Json> json = parseJson(line, "journal");
        EXPECT_TRUE(json) << line;
        if (json && json->at("type").as_string() == type) {
            found.push_back(json->as_object());
        }
    }
    return found;
}

std::string text(const JsonObject& json, std::string_view key) {
    const Json* found = json.if_contains(key);
    return found == nullptr ? "" : std::string(found->as_string());
}

TEST(Annotations, OfAStepBecomeEventsAndStayInItsLog) {
    const Project project;
    project.planOf({"echo '::error file=a.c,line=3,title=Syntax::expected %22;%22'; echo ' ::warning::w'; "
                    "echo 'no ::error::here'; echo '::stop-commands::X'; echo '::error::no'; echo '::X::'; "
                    "printf '::notice::the end'"});
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << "an annotation fails nothing\n" << ran.all();
    const std::vector<JsonObject> found = events(project, "annotation");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(text(found[0], "level") + text(found[0], "file") + text(found[0], "title"), "errora.cSyntax");
    EXPECT_EQ(text(found[0], "message"), "expected %22;%22");
    EXPECT_EQ(found[0].at("line").as_int64(), 3);
    EXPECT_EQ(found[0].at("step").as_int64(), 0);
    EXPECT_EQ(text(found[1], "level"), "warning");
    EXPECT_EQ(text(found[2], "message"), "the end");
    const Ran logs = project.cirque({"logs", project.lastRun()});
    EXPECT_TRUE(logs.outHas("::error file=a.c,line=3,title=Syntax::expected %22;%22\n ::warning::w\n"))
        << logs.all();
}

TEST(Annotations, AreRedactedAndBounded) {
    Project project;
    project.set("TOKEN", "s3cret-value");
    project.planOf(
        {"echo \"::error title=$T::the token is $T\"; for i in $(seq 150); do echo \"::notice::n$i\"; done"},
        R"("env": {"T": {"secret": "TOKEN"}})");
    const Ran ran = project.cirque({"run", "plan.json", "--secret", "TOKEN"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const std::vector<JsonObject> found = events(project, "annotation");
    ASSERT_EQ(found.size(), 100U);
    EXPECT_EQ(text(found[0], "message"), "the token is ***");
    EXPECT_EQ(text(found[0], "title"), "***");
    const std::vector<JsonObject> notices = events(project, "notice");
    ASSERT_EQ(notices.size(), 1U) << "one notice for all that came after";
    EXPECT_TRUE(text(notices[0], "message").find("more than 100 annotations") != std::string::npos);
}

} // namespace
} // namespace cirque::test
