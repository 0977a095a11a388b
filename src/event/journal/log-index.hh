// SPDX-License-Identifier: Apache-2.0
// The bytes of an index file (docs/reference/logs.md): a header, then records of 16 bytes, little endian:
// offset (6 bytes), flags (1), line (5), milliseconds (4). Internal to event/journal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cirque::event {

inline constexpr std::size_t indexRecordBytes = 16;
inline constexpr std::string_view indexHeader{"CIRQUEIX\1\0\0\0\0\0\1\0",
                                              16}; // version 1, lines up to 65536 bytes

inline constexpr unsigned flagLate = 1;      // these bytes came after the step's end
inline constexpr unsigned flagContinues = 2; // begins in the middle of a line that was split
inline constexpr unsigned flagEnd = 4;       // the log was finished here

struct IndexRecord {
    std::uint64_t offset = 0; // of the first byte of the line
    unsigned flags = 0;
    std::uint64_t line = 0; // its number, from 0
    std::uint32_t millis = 0;
};

inline void appendRecord(std::string& out, const IndexRecord& record) {
    const auto put = [&out](std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
            out += static_cast<char>((value >> (8 * i)) & 0xffU);
        }
    };
    put(record.offset, 6);
    put(record.flags, 1);
    put(record.line, 5);
    put(record.millis, 4);
}

inline IndexRecord parseRecord(std::string_view bytes) {
    const auto get = [&bytes](std::size_t at, std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
        }
        return value;
    };
    return {get(0, 6), static_cast<unsigned>(get(6, 1)), get(7, 5), static_cast<std::uint32_t>(get(12, 4))};
}

} // namespace cirque::event
