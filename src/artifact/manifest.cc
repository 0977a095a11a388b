// SPDX-License-Identifier: Apache-2.0
#include "artifact/manifest.hh"

#include "artifact/beneath.hh"
#include "base/bytes.hh"
#include "base/text.hh"

#include <fmt/format.h>

#include <charconv>
#include <numeric>
#include <optional>

namespace cirque::artifact {
namespace {

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f || c == '\\') {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

template <class T>
std::optional<T> parseNumber(std::string_view text, int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const auto byte = text.substr(i).size() >= 4 && text[i + 1] == 'x'
                              ? parseNumber<unsigned char>(text.substr(i + 2, 2), 16)
                              : std::nullopt;
        if (!byte) {
            return std::nullopt;
        }
        out += static_cast<char>(*byte);
        i += 3;
    }
    return out;
}

std::string lineOf(const Entry& entry, bool withTime) {
    std::string line = fmt::format("{} {:04o} {} ", static_cast<char>(entry.type), entry.mode, entry.size);
    line += withTime ? fmt::format("{}.{:09} ", entry.seconds, entry.nanos) : "";
    line += entry.sha256.empty() ? "-" : entry.sha256;
    line += " " + escape(entry.path);
    line += entry.type == EntryType::Link ? " " + escape(entry.target) : "";
    return line + "\n";
}

std::optional<Entry> parseEntry(std::string_view line) {
    const std::vector<std::string_view> fields = split(line, ' ');
    if (fields.size() < 6 || fields[0].size() != 1 ||
        std::string_view("fdl").find(fields[0]) == std::string::npos) {
        return std::nullopt;
    }
    Entry entry;
    entry.type = static_cast<EntryType>(fields[0].front());
    const auto mode = parseNumber<unsigned>(fields[1], 8);
    const auto size = parseNumber<std::int64_t>(fields[2]);
    const std::size_t dot = fields[3].find('.');
    const auto seconds = parseNumber<std::int64_t>(fields[3].substr(0, dot));
    const auto nanos =
        dot == std::string_view::npos ? std::nullopt : parseNumber<std::int64_t>(fields[3].substr(dot + 1));
    auto path = unescape(fields[5]);
    auto target = fields.size() == 7 ? unescape(fields[6]) : std::optional<std::string>("");
    const bool isLink = entry.type == EntryType::Link;
    if (!mode || *mode > 0777 || !size || *size < 0 || !seconds || !nanos || !path || !target ||
        fields.size() != (isLink ? 7U : 6U) || (isLink && target->empty())) {
        return std::nullopt;
    }
    const auto plain = plainPath(*path);
    if (!plain || plain->empty() || *plain != *path) {
        return std::nullopt;
    }
    entry.mode = *mode;
    entry.size = *size;
    entry.seconds = *seconds;
    entry.nanos = *nanos;
    entry.sha256 = fields[4] == "-" ? "" : std::string(fields[4]);
    entry.path = std::move(*path);
    entry.target = std::move(*target);
    return entry;
}

} // namespace

std::int64_t Manifest::bytes() const {
    return std::accumulate(entries.begin(), entries.end(), std::int64_t{0},
                           [](std::int64_t sum, const Entry& entry) { return sum + entry.size; });
}

std::string Manifest::digest() const {
    Sha256 hash;
    for (const Entry& entry : entries) {
        hash.update(lineOf(entry, false));
    }
    return hash.hex();
}

std::string toText(const Manifest& manifest) {
    std::string out = fmt::format("cirque-artifact 1\nname {}\npath {}\ndigest {}\nbytes {}\nentries {}\n",
                                  escape(manifest.name), escape(manifest.path), manifest.digest(),
                                  manifest.bytes(), manifest.entries.size());
    for (const Entry& entry : manifest.entries) {
        out += lineOf(entry, true);
    }
    return out;
}

Result<Manifest> parseManifest(std::string_view text, std::string_view what) {
    const auto corrupt = [&](std::string_view why) {
        return fail(ErrorCode::Corrupt, fmt::format("the manifest {} is damaged: {}", what, why),
                    "run the job that saves this artifact again");
    };
    if (!text.starts_with("cirque-artifact 1\n")) {
        return corrupt("it does not begin with \"cirque-artifact 1\"");
    }
    Manifest manifest;
    std::string digest;
    std::size_t row = 0;
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t number = row++;
        if (number == 0 || number == 4 || number == 5 || line.empty()) {
            continue; // bytes and entries are for quick readers; the digest vouches for the entries
        }
        constexpr std::string_view heads[] = {"", "name ", "path ", "digest "};
        if (number < 4) {
            auto value =
                line.starts_with(heads[number]) ? unescape(line.substr(heads[number].size())) : std::nullopt;
            if (!value) {
                return corrupt(fmt::format("line {}", row));
            }
            (number == 1 ? manifest.name : number == 2 ? manifest.path : digest) = std::move(*value);
            continue;
        }
        auto entry = parseEntry(line);
        if (!entry || (!manifest.entries.empty() && manifest.entries.back().path >= entry->path)) {
            return corrupt(fmt::format("line {}", row));
        }
        manifest.entries.push_back(std::move(*entry));
    }
    return manifest.digest() == digest ? Result<Manifest>(std::move(manifest))
                                       : corrupt("its digest does not fit");
}

} // namespace cirque::artifact
