// SPDX-License-Identifier: Apache-2.0
// The corpus of the plan parser and twenty thousand changed documents: any of them that crashes, hangs or is
// read as two different plans ends this program.
#include "tests/fuzz/mutate.hh"
#include "tests/fuzz/target.hh"

#include <gtest/gtest.h>

namespace cirque::fuzz {
namespace {

const std::vector<std::string_view> words{"null",
                                          "{}",
                                          "[]",
                                          "\"\"",
                                          "-1",
                                          "0",
                                          "1e999",
                                          "18446744073709551616",
                                          "\\u0000",
                                          "\\ud800",
                                          "\xff",
                                          ",",
                                          ":",
                                          "\"@pos\": {\"jobs\": \"a:1:1\"},",
                                          "\"needs\": [\"hello\"],",
                                          "\"matrix\": {\"axes\": {\"a\": [1, 2]}},",
                                          "\"param\": \"channel\"",
                                          "\"when\": \"always()\"",
                                          "\"timeout\": null,",
                                          "\"retry\": {\"min_time\": \"1ms\"},",
                                          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                          "\"condition\": \"failure()\","};

TEST(PlanFuzz, CorpusAndTwentyThousandChangesComeBack) {
    const std::vector<std::string> corpus = readCorpus(CIRQUE_TEST_DATA "/plan");
    ASSERT_GE(corpus.size(), 24U);
    for (const std::string& input : corpus) {
        plan(input);
    }
    std::mt19937 random(20260101);
    for (std::size_t i = 0; i < 10'000; ++i) {
        plan(mutate(corpus[i % corpus.size()], corpus, words, random));
    }
    std::vector<Json> documents;
    for (const std::string& input : corpus) {
        documents.push_back(*parseJson(input, "corpus"));
    }
    for (std::size_t i = 0; i < 10'000; ++i) {
        plan(toLine(
            mutateTree(documents[i % documents.size()], documents[random() % documents.size()], random)));
    }
}

} // namespace
} // namespace cirque::fuzz
