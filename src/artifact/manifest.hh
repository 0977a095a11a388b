// SPDX-License-Identifier: Apache-2.0
// What an artifact holds, as text, version 1:
//   cirque-artifact 1
//   name NAME / path PATH / digest SHA256 / bytes N / entries N      (one per line)
//   TYPE MODE SIZE SECONDS.NANOSECONDS SHA256 PATH [TARGET]          (one per entry, sorted by path)
// TYPE is f, d or l; MODE is octal; SHA256 is "-" but for files. In names and paths, bytes up to space, DEL
// and '\' are written \xHH. The digest covers the entries without their times, so equal content has an equal
// digest.
#pragma once

#include "base/result.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::artifact {

enum class EntryType : char { File = 'f', Folder = 'd', Link = 'l' };

struct Entry {
    EntryType type = EntryType::File;
    unsigned mode = 0;        // nine permission bits; 0777 for links
    std::int64_t size = 0;    // of files
    std::int64_t seconds = 0; // modification time since the Unix epoch
    std::int64_t nanos = 0;
    std::string sha256; // of files
    std::string path;   // relative to the artifact, plain
    std::string target; // of links

    bool operator==(const Entry&) const = default;
};

struct Manifest {
    std::string name;
    std::string path;           // as the job named it, plain; "" for its whole folder
    std::vector<Entry> entries; // sorted by path: folders stand before what is in them

    [[nodiscard]] std::int64_t bytes() const;
    [[nodiscard]] std::string digest() const;
};

std::string toText(const Manifest& manifest);

// Corrupt when anything is amiss: a digest that does not fit, a path that is not plain or not in order.
Result<Manifest> parseManifest(std::string_view text, std::string_view what);

} // namespace cirque::artifact
