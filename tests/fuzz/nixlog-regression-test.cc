// SPDX-License-Identifier: Apache-2.0
// Nix's recorded streams and ten thousand changed ones: any that crashes, is read in two ways or in another
// way than by a full JSON parser ends this program.
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
                                          "-0",
                                          "1.5",
                                          "1e999",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "\\u0000",
                                          "\\ud800",
                                          "\\ud83d\\ude00",
                                          "\\\"",
                                          "\xff",
                                          "\n",
                                          "\n@nix ",
                                          "\"fields\":[1,\"a\",2],",
                                          "\"type\":105",
                                          "\"action\":\"start\",",
                                          "\"\\u0069d\":7,",
                                          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};

// A stream of some lines, so that each change has weight.
std::string some(const std::string& stream, std::size_t nth) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < nth; ++i) {
        const std::size_t next = stream.find('\n', at);
        at = next == std::string::npos || next + 1 >= stream.size() ? 0 : next + 1;
    }
    std::size_t end = at;
    for (int lines = 0; lines < 4 && end != std::string::npos; ++lines) {
        end = stream.find('\n', end + 1);
    }
    return stream.substr(at, end == std::string::npos ? end : end - at);
}

TEST(NixLogFuzz, StreamsAndTenThousandChangesComeBack) {
    const std::vector<std::string> corpus = readCorpus(CIRQUE_TEST_DATA "/nix-log");
    ASSERT_EQ(corpus.size(), 4U);
    for (const std::string& stream : corpus) {
        nixlog(stream);
    }
    std::mt19937 random(20260103); // the same in every run
    for (std::size_t i = 0; i < 10'000; ++i) {
        nixlog(mutate(some(corpus[i % corpus.size()], i / corpus.size() % 100), corpus, words, random));
    }
}

} // namespace
} // namespace cirque::fuzz
