// SPDX-License-Identifier: Apache-2.0
#include "app/local/eval-entry.hh"

#include "workspace/packed.hh"

namespace cirque::app {
namespace {

using workspace::pack;
using workspace::packText;
using workspace::unpack;
using workspace::unpackText;

// Then the sum of all that follows: document, notes, paths with their count, facts with their count.
constexpr std::string_view magic = "cirque evaluation 1\n";

bool takeText(std::string_view& in, std::string& out) {
    std::string_view text;
    const bool whole = unpackText(in, text);
    out = text;
    return whole;
}

bool takeFact(std::string_view& in, Fact& fact) {
    return unpack(in, fact.kind) && fact.kind <= FactKind::Same && unpack(in, fact.facts) &&
           takeText(in, fact.path);
}

template <class T, class Take>
bool takeList(std::string_view& in, std::vector<T>& out, Take take) {
    std::uint64_t count = 0;
    if (!unpack(in, count) || count > in.size()) {
        return false;
    }
    out.resize(count);
    for (T& one : out) {
        if (!take(in, one)) {
            return false;
        }
    }
    return true;
}

} // namespace

std::string toBytes(const EvalEntry& entry) {
    std::string body;
    packText(body, entry.document);
    packText(body, entry.notes);
    pack(body, static_cast<std::uint64_t>(entry.paths.size()));
    for (const std::string& path : entry.paths) {
        packText(body, path);
    }
    pack(body, static_cast<std::uint64_t>(entry.facts.size()));
    for (const Fact& fact : entry.facts) {
        pack(body, fact.kind);
        pack(body, fact.facts);
        packText(body, fact.path);
    }
    std::string bytes(magic);
    pack(bytes, workspace::checkSum(body));
    return bytes + body;
}

std::optional<EvalEntry> parseEntry(std::string_view bytes) {
    EvalEntry entry;
    std::uint64_t check = 0;
    if (!bytes.starts_with(magic)) {
        return std::nullopt;
    }
    bytes.remove_prefix(magic.size());
    if (!unpack(bytes, check) || workspace::checkSum(bytes) != check || !takeText(bytes, entry.document) ||
        !takeText(bytes, entry.notes) || !takeList(bytes, entry.paths, takeText) ||
        !takeList(bytes, entry.facts, takeFact) || !bytes.empty()) {
        return std::nullopt;
    }
    return entry;
}

} // namespace cirque::app
