// SPDX-License-Identifier: Apache-2.0
// Documents made to break a parser: each ends with a clear error or a plan, never with a crash.
#include "plan/parse.hh"
#include "plan/schema.hh"
#include "tests/unit/plan/support.hh"

namespace cirque::plan {
namespace {

constexpr std::size_t tenMegabytes = 10'000'000;

TEST(Hostile, HugeScriptIsOnlyText) {
    const std::string script(tenMegabytes, '$');
    const Plan read = planOfJobs(fmt::format(R"({{"j": {{"steps": [{{"run": "{}"}}]}}}})", script));
    EXPECT_EQ(std::get<BashRun>(read.jobs[0].steps[0].action).script.size(), tenMegabytes);
}

// The message must stay readable, whatever the name is.
TEST(Hostile, HugeNamesAreRefusedInAShortMessage) {
    const std::string name(tenMegabytes, 'n');
    const Lines lines =
        problemsOfJobs(fmt::format(R"({{"{0}": {{"steps": [{{"run": ":", "{0}": 1}}]}}}})", name));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find("is longer than 255 bytes"), std::string::npos);
    EXPECT_LT(lines[0].size(), 500U);
    EXPECT_LT(lines[1].size(), 500U);
}

TEST(Hostile, ControlCharactersInNamesAreRefusedAndNeverPrinted) {
    for (const std::string_view bad : {R"(\n)", R"(\u0000)", R"(\u001b[2J)", R"(\u007f)", R"(\u009b2J)"}) {
        for (const std::string& jobs :
             {fmt::format(R"({{"a{}b": {{"steps": [{{"run": ":"}}]}}}})", bad),
              fmt::format(R"({{"j": {{"steps": [{{"name": "a{}b", "run": ":"}}]}}}})", bad),
              fmt::format(R"({{"j": {{"outputs": {{"a{}b": "x"}}, "steps": [{{"run": ":"}}]}}}})", bad),
              fmt::format(R"({{"j": {{"results": ["a{}b"], "steps": [{{"run": ":"}}]}}}})", bad)}) {
            const Lines lines = problemsOfJobs(jobs);
            ASSERT_EQ(lines.size(), 1U) << jobs;
            EXPECT_FALSE(hasControlCharacter(lines[0])) << testing::PrintToString(lines[0]);
        }
    }
}

TEST(Hostile, OtherCharactersInNamesAreOnlyCharacters) {
    const Plan read = planOfJobs(
        R"({"$(touch /x) `y` 'q' \"q\" a/b ../.. é🎪": {"steps": [{"name": ";|&", "run": ":"}]}})");
    EXPECT_EQ(read.jobs[0].name, "$(touch /x) `y` 'q' \"q\" a/b ../.. é🎪");
    EXPECT_EQ(planOfJobs(toLine(toJson(read).at("jobs"))), read);
}

TEST(Hostile, BrokenUtf8AndDuplicateKeysAndDepthAreJsonErrors) {
    EXPECT_FALSE(parsePlanText("{\"plan\": 1, \"name\": \"\xff\"}", "x.json"));
    const Result<Plan> twice = parsePlanText(R"({"plan": 1, "name": "a", "name": "b"})", "x.json");
    ASSERT_FALSE(twice);
    EXPECT_NE(twice.error().message.find("'name' stands twice"), std::string::npos);
    EXPECT_FALSE(parsePlanText(std::string(1'000'000, '['), "x.json"));
    EXPECT_FALSE(parsePlanText("", "x.json"));
    EXPECT_FALSE(parsePlanText(std::string_view("\0", 1), "x.json"));
}

// JSON values that did not come from text must not smuggle broken UTF-8 in.
TEST(Hostile, BrokenUtf8InAValueIsRefused) {
    Json document = json(R"({"plan": 1, "name": "w", "jobs": {"j": {"steps": [{"run": ":"}]}}})");
    document.as_object()["name"] = "a\xff";
    EXPECT_EQ(problemsOf(document), (Lines{"name: 'a?' is not valid UTF-8"}));
}

std::string wrongFor(std::size_t which) {
    constexpr std::array<std::string_view, 8> values{"null",    "true", "-1",           "1e300",
                                                     R"("\n")", "[[]]", R"({"x": {}})", "[null]"};
    return std::string(values[which % values.size()]);
}

// Every key of every kind with every type of value: an error or a plan, and the same answer about the graph.
TEST(Hostile, WrongTypesEverywhere) {
    std::size_t refusals = 0;
    for (const ObjectKind& kind : schema()) {
        for (const Field& field : kind.fields) {
            for (std::size_t i = 0; i < 8; ++i) {
                const std::string entry = fmt::format(R"("{}": {})", field.name, wrongFor(i));
                const std::string text = fmt::format(
                    R"({{"plan": 1, "name": "w", "jobs": {{"j": {{"steps": [{{"run": ":"}}], "services": {{"s": {{{0}}}}},
                       "machine": {{"nixos": {{{0}}}}}, "executor": {{{0}}}, "matrix": {{{0}}}, "condition": {{{0}}},
                       "retry": {{{0}}}, "env": {{"A": {{{0}}}}}, "inputs": [{{{0}}}], "outputs": {{"o": {{{0}}}}},
                       "envFrom": [{{{0}}}]}}, "k": {{{0}}}, "l": {{"steps": [{{{0}}}]}}}}, "params": {{"p": {{{0}}}}},
                       "logging": {{{0}}}, "hostTools": {{"t": {{{0}}}}}, "files": {{"f": {{{0}}}}}}})",
                    entry);
                refusals += problemsOf(json(text)).empty() ? 0 : 1;
            }
        }
    }
    EXPECT_GT(refusals, 100U);
}

TEST(Hostile, AMillionUnknownKeysEndInABoundedList) {
    std::string text = R"({"plan": 1, "name": "w")";
    for (int i = 0; i < 100'000; ++i) {
        text += fmt::format(R"(, "key{}": 1)", i);
    }
    const Json document = json(text + "}");
    EXPECT_LE(parsePlan(document).problems.size(), 20'000U);
    EXPECT_LT(parsePlanText(text + "}", "x.json").error().message.size(), 50'000U);
}

} // namespace
} // namespace cirque::plan
