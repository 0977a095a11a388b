// SPDX-License-Identifier: Apache-2.0
// Samples of test reports and logs, every cut of them, and changed ones: any that crashes, hangs or breaks a
// promise of the parsers ends this program.
#include "tests/fuzz/mutate.hh"
#include "tests/fuzz/target.hh"

#include <gtest/gtest.h>

namespace cirque::fuzz {
namespace {

const std::vector<std::string_view> words{"<testcase name='x'>",
                                          "</testcase>",
                                          "<failure>",
                                          "</testsuite>",
                                          "<testsuite failures='9'>",
                                          "<![CDATA[",
                                          "]]>",
                                          "&#0;",
                                          "&#x110000;",
                                          "&lol;",
                                          "<!DOCTYPE x [",
                                          "<!--",
                                          "-->",
                                          "<?",
                                          "\xff",
                                          "\0",
                                          "\r\n",
                                          "not ok 1\n",
                                          "    not ok 2\n",
                                          "1..99999999999999999\n",
                                          "Bail out!\n",
                                          "  ---\n",
                                          "  ...\n",
                                          "# TODO",
                                          "        1..0 # SKIP\n",
                                          "{\"Action\":\"fail\",\"Package\":\"p\"}\n",
                                          "\"Test\":\"a/b\"",
                                          "1e999",
                                          "\n",
                                          "::error::x\n",
                                          "::stop-commands::",
                                          "::",
                                          "\t",
                                          "%0A",
                                          ":"};

void cutsAndChanges(const char* folder, void (*target)(std::string_view), int changes) {
    const std::vector<std::string> corpus = readCorpus(std::string(CIRQUE_TEST_DATA "/feedback/") + folder);
    ASSERT_GE(corpus.size(), 1U) << folder;
    for (const std::string& input : corpus) {
        for (std::size_t cut = 0; cut <= input.size(); ++cut) {
            target(std::string_view(input).substr(0, cut));
        }
    }
    std::mt19937 random(20261121);
    for (int i = 0; i < changes; ++i) {
        target(mutate(corpus[static_cast<std::size_t>(i) % corpus.size()], corpus, words, random));
    }
}

TEST(FeedbackFuzz, Junit) {
    cutsAndChanges("junit", junit, 30'000);
}

TEST(FeedbackFuzz, Tap) {
    cutsAndChanges("tap", tap, 30'000);
}

TEST(FeedbackFuzz, GoTest) {
    cutsAndChanges("gotest", gotest, 10'000);
}

TEST(FeedbackFuzz, Annotations) {
    cutsAndChanges("annotations", annotations, 30'000);
}

} // namespace
} // namespace cirque::fuzz
