// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hh"

#include "base/assert.hh"

#include <fmt/format.h>

#include <sys/random.h>

#include <array>

namespace cirque {

RunId RunId::make(std::int64_t unixMillis) {
    std::array<unsigned char, 16> bytes{};
    CIRQUE_ASSERT(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
                  "the kernel gave no random bytes");
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<unsigned char>((unixMillis >> (8 * (5 - i))) & 0xff);
    }
    bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f)); // version 7
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f)); // variant
    RunId id;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            id.text_ += '-';
        }
        fmt::format_to(std::back_inserter(id.text_), "{:02x}", bytes[i]);
    }
    return id;
}

std::optional<RunId> RunId::parse(std::string_view text) {
    if (text.size() != 36) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex) {
            return std::nullopt;
        }
    }
    RunId id;
    id.text_ = text;
    return id;
}

} // namespace cirque
