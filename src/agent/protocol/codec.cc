// SPDX-License-Identifier: Apache-2.0
#include "agent/protocol/codec.hh"

namespace cirque::agent {

namespace {

constexpr int numberBytes = 8;
constexpr int byteBits = 8;

} // namespace

void Writer::number(std::int64_t value) {
    auto left = static_cast<std::uint64_t>(value);
    for (int at = 0; at < numberBytes; ++at) {
        bytes_ += static_cast<char>(left & 0xFFU);
        left >>= byteBits;
    }
}

void Writer::text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_ += value;
}

std::int64_t Reader::number() {
    if (!ok_ || rest_.size() < numberBytes) {
        ok_ = false;
        return 0;
    }
    std::uint64_t value = 0;
    for (int at = numberBytes - 1; at >= 0; --at) {
        value = value << byteBits | static_cast<unsigned char>(rest_[static_cast<std::size_t>(at)]);
    }
    rest_.remove_prefix(numberBytes);
    return static_cast<std::int64_t>(value);
}

std::string Reader::text() {
    const std::int64_t size = number();
    if (!ok_ || size < 0 || static_cast<std::uint64_t>(size) > rest_.size()) {
        ok_ = false;
        return {};
    }
    std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(value.size());
    return value;
}

} // namespace cirque::agent
