// SPDX-License-Identifier: Apache-2.0
// The head of an entry of a tree stream, as bytes.
#pragma once

#include "artifact/tree-stream.hh"

#include <string>
#include <string_view>

namespace cirque::artifact {

inline constexpr std::size_t treeHeadBytes = 33;

inline void appendTreeNumber(std::string& out, std::uint64_t value, int bytes) {
    for (int at = 0; at < bytes; ++at) {
        out += static_cast<char>(value >> (8 * at) & 0xFFU);
    }
}

inline std::uint64_t takeTreeNumber(std::string_view& bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < count; ++at) {
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at])) << (8 * at);
    }
    bytes.remove_prefix(count);
    return value;
}

inline void appendTreeEntry(std::string& out, const TreeHead& head, std::string_view path,
                            std::string_view target) {
    out += head.type;
    appendTreeNumber(out, head.mode, 4);
    appendTreeNumber(out, static_cast<std::uint64_t>(head.nanos), 4);
    appendTreeNumber(out, static_cast<std::uint64_t>(head.seconds), 8);
    appendTreeNumber(out, static_cast<std::uint64_t>(head.size), 8);
    appendTreeNumber(out, path.size(), 4);
    appendTreeNumber(out, target.size(), 4);
    out += path;
    out += target;
}

} // namespace cirque::artifact
