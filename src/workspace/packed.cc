// SPDX-License-Identifier: Apache-2.0
#include "workspace/packed.hh"

namespace cirque::workspace {

std::uint64_t checkSum(std::string_view bytes) {
    constexpr std::uint64_t prime = 0x100000001b3U;
    std::uint64_t sum = 0xcbf29ce484222325U ^ bytes.size();
    for (; bytes.size() >= sizeof sum; bytes.remove_prefix(sizeof sum)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = (sum ^ word) * prime;
        sum ^= sum >> 29U;
    }
    for (const char c : bytes) {
        sum = (sum ^ static_cast<unsigned char>(c)) * prime;
    }
    return sum;
}

} // namespace cirque::workspace
