// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/root-image.hh"

#include <fmt/format.h>

#include <array>
#include <numeric>
#include <string_view>

namespace cirque::exec {

namespace {

constexpr std::size_t block = 512;

void put(std::string& header, std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
}

// Offsets are those of pax(1), "ustar Interchange Format".
void addEntry(std::string& tar, std::string_view name, unsigned mode, char type, std::string_view text) {
    std::string header(block, '\0');
    put(header, 0, name);
    put(header, 100, fmt::format("{:07o}", mode));
    put(header, 108, "0000000");                           // uid
    put(header, 116, "0000000");                           // gid
    put(header, 124, fmt::format("{:011o}", text.size())); //
    put(header, 136, "00000000000");                       // mtime
    put(header, 148, "        ");                          // the sum, taken with spaces
    header[156] = type;
    put(header, 257, std::string_view("ustar\00000", 8));
    const auto sum = std::accumulate(header.begin(), header.end(), 0U, [](unsigned total, char c) {
        return total + static_cast<unsigned char>(c);
    });
    put(header, 148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    tar += header;
    tar += text;
    tar.append((block - text.size() % block) % block, '\0');
}

} // namespace

std::string rootImageTar() {
    std::string tar;
    constexpr unsigned open = 01777;
    constexpr std::array<std::string_view, 12> folders{"bin/", "dev/",       "etc/",     "home/",
                                                       "nix/", "nix/store/", "proc/",    "run/",
                                                       "sys/", "usr/",       "usr/bin/", "var/"};
    for (const std::string_view folder : folders) {
        addEntry(tar, folder, 0755, '5', {});
    }
    addEntry(tar, "root/", 0700, '5', {});
    addEntry(tar, "tmp/", open, '5', {});
    addEntry(tar, "var/tmp/", open, '5', {});
    addEntry(tar, "etc/passwd", 0644, '0',
             "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
    addEntry(tar, "etc/group", 0644, '0', "root:x:0:\nnogroup:x:65534:\n");
    tar.append(2 * block, '\0');
    return tar;
}

} // namespace cirque::exec
