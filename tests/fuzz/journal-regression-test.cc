// SPDX-License-Identifier: Apache-2.0
// The golden journal, every cut of it, and ten thousand changed ones: any that crashes or is read as two
// different runs ends this program.
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
                                          "2147483648",
                                          "1e999",
                                          "\\u0000",
                                          "\\ud800",
                                          "\xff",
                                          "\n",
                                          "\0",
                                          "\"step\":-2,",
                                          "\"try\":0,",
                                          "\"name64\":\"/w==\",",
                                          "\"kind\":\"cached\"",
                                          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};

TEST(JournalFuzz, CutsAndTenThousandChangesComeBack) {
    const std::vector<std::string> corpus = readCorpus(CIRQUE_TEST_DATA "/event");
    ASSERT_GE(corpus.size(), 1U);
    for (std::size_t cut = 0; cut <= corpus[0].size(); ++cut) {
        journal(std::string_view(corpus[0]).substr(0, cut));
    }
    std::mt19937 random(20260102); // the same in every run
    for (std::size_t i = 0; i < 10'000; ++i) {
        journal(mutate(corpus[i % corpus.size()], corpus, words, random));
    }
    std::vector<Json> lines;
    for (std::size_t at = 0, end = 0; (end = corpus[0].find('\n', at)) != std::string::npos; at = end + 1) {
        lines.push_back(*parseJson(std::string_view(corpus[0]).substr(at, end - at), "corpus"));
    }
    for (std::size_t i = 0; i < 10'000; ++i) {
        std::string changed = toLine(lines[1]) + "\n"; // the jobs, so that what follows is about known ones
        changed += toLine(mutateTree(lines[i % lines.size()], lines[random() % lines.size()], random)) + "\n";
        journal(changed);
    }
}

} // namespace
} // namespace cirque::fuzz
