// SPDX-License-Identifier: Apache-2.0
#include "cli/completion/complete.hh"

#include "cli/docs/placeholders.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque::cli {
namespace {

constexpr std::array runOptions{
    Option{"env", 'e', "NAME=VALUE", "a variable"}, Option{"env-file", 0, "FILE", "a file"},
    Option{"pkgs", 0, "FILE|host", "packages"},     Option{"only", 0, "", "no needs"},
    Option{"directory", 'C', "DIR", "elsewhere"},   Option{"format", 0, "tree|dot", "how"},
};
constexpr std::array<Command, 3> commands{{
    {"run", "[TARGET] [JOB...]", "run it", runOptions, nullptr},
    {"runs", "", "list", {}, nullptr},
    {"logs", "RUN [JOB[/STEP]]", "print", {}, nullptr},
}};

CompletionSources sources() {
    CompletionSources out;
    out.runs = [] { return std::vector<Candidate>{{"0197-a", "ci: succeeded"}}; };
    out.jobs = [](const std::string& run) {
        return std::vector<Candidate>{{run.empty() ? "newest" : "of-" + run, ""}};
    };
    out.steps = [](const std::string& run) { return std::vector<Candidate>{{"of-" + run + "/step", ""}}; };
    out.templates = [] { return std::vector<Candidate>{}; };
    return out;
}

std::string words(std::vector<std::string> typed) {
    const Completion found = complete(commands, std::move(typed), sources());
    std::string out = found.files ? "files " : "";
    out += found.folders ? "folders " : "";
    for (const Candidate& candidate : found.candidates) {
        out += candidate.word + " ";
    }
    return out;
}

TEST(Complete, TheFirstWordIsACommand) {
    EXPECT_EQ(words({""}), "run runs logs help version ");
    EXPECT_EQ(words({"ru"}), "run runs ");
    EXPECT_EQ(words({"help", "l"}), "logs ");
    EXPECT_EQ(words({}), "run runs logs help version ");
    EXPECT_EQ(words({"nothing", ""}), "") << "an unknown command has nothing to offer";
}

TEST(Complete, AnOptionsValueIsWhatItsPlaceholderSays) {
    EXPECT_EQ(words({"run", "--env-file", ""}), "files ");
    EXPECT_EQ(words({"run", "--pkgs", ""}), "files host ");
    EXPECT_EQ(words({"run", "--format", "d"}), "dot ");
    EXPECT_EQ(words({"run", "-C", ""}), "folders ");
    EXPECT_EQ(words({"run", "--env", ""}), "") << "free text";
    EXPECT_EQ(words({"run", "--pkgs=h"}), "files --pkgs=host ");
    EXPECT_EQ(words({"run", "--format", "="}), "tree dot ") << "as bash splits --format=";
    EXPECT_EQ(words({"run", "--format", "=", "t"}), "tree ");
}

TEST(Complete, OptionsAreOfferedAfterADashUntilADoubleDash) {
    EXPECT_EQ(words({"run", "--en"}), "--env --env-file ");
    EXPECT_EQ(words({"run", "--only", "--dir"}), "--directory ");
    EXPECT_EQ(words({"run", "-"}), "--env --env-file --pkgs --only --directory --format -e -C ");
    EXPECT_EQ(words({"run", "--", "--en"}), "files ");
}

TEST(Complete, APlaceIsFilledByItsKind) {
    EXPECT_EQ(words({"run", ""}), "files newest ") << "a TARGET may be left out";
    EXPECT_EQ(words({"run", "--only", "ci.nix", "n"}), "newest ");
    EXPECT_EQ(words({"run", "a", "b", "c", ""}), "newest ") << "JOB... goes on";
    EXPECT_EQ(words({"logs", ""}), "0197-a ");
    EXPECT_EQ(words({"logs", "0197", ""}), "of-0197 ");
    EXPECT_EQ(words({"logs", "0197", "of-0197/"}), "of-0197/step ");
    EXPECT_EQ(words({"logs", "0197", "x", ""}), "") << "there is no third place";
    EXPECT_EQ(words({"runs", ""}), "");
}

TEST(Complete, ANameThatWouldBreakTheLinesIsLeftOut) {
    Completion completion;
    completion.files = true;
    completion.candidates = {{"a", "one"}, {"b\tc", ""}, {"d\ne", ""}};
    EXPECT_EQ(toLines(completion), ":files\na\tone\n");
}

TEST(Placeholders, AreReadByRule) {
    const Values values = readPlaceholder("[JOB[/STEP]]");
    EXPECT_TRUE(values.jobs && values.steps && !values.runs && values.words.empty());
    EXPECT_EQ(readPlaceholder("perfetto|otlp").words, (std::vector<std::string>{"perfetto", "otlp"}));
    EXPECT_TRUE(readPlaceholder("N").words.empty());
    ASSERT_EQ(readUsage("RUN [JOB...]").size(), 2U);
    EXPECT_TRUE(readUsage("RUN [JOB...]")[1].repeats);
    EXPECT_TRUE(readUsage("").empty());
}

} // namespace
} // namespace cirque::cli
