// SPDX-License-Identifier: Apache-2.0
// Plain values one after the other in the files of Cirque's own caches: read back only by the same program on
// the same machine. A file that does not fit is damaged, and a damaged cache is none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace cirque::workspace {

// FNV-1a over words of eight bytes: finds damage and change, resists nobody.
std::uint64_t checkSum(std::string_view bytes);

template <class T>
void pack(std::string& out, const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);      // no padding, whose bytes are anything
    out.append(reinterpret_cast<const char*>(&value), sizeof value); // NOLINT: bytes of a plain struct
}

inline void packText(std::string& out, std::string_view text) {
    pack(out, static_cast<std::uint64_t>(text.size()));
    out += text;
}

// False when `in` is too short; then nothing was taken.
template <class T>
bool unpack(std::string_view& in, T& value) {
    if (in.size() < sizeof value) {
        return false;
    }
    in.copy(reinterpret_cast<char*>(&value), sizeof value); // NOLINT: bytes of a plain struct
    in.remove_prefix(sizeof value);
    return true;
}

// The text lives as long as what `in` points into.
inline bool unpackText(std::string_view& in, std::string_view& text) {
    std::uint64_t size = 0;
    if (!unpack(in, size) || in.size() < size) {
        return false;
    }
    text = in.substr(0, size);
    in.remove_prefix(size);
    return true;
}

} // namespace cirque::workspace
