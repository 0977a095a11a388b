// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/tasks.hh"

#include "base/assert.hh"
#include "nix/eval/library.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cirque::nix {
namespace {

constexpr std::string_view traced = "trace: ";
constexpr std::string_view begun = "-begin:";
constexpr std::string_view done = "-done:";

std::string_view libraryText(std::string_view name) {
    const auto files = libraryFiles();
    const auto found = std::ranges::find(files, name, &LibraryFile::name);
    CIRQUE_ASSERT(found != files.end(), "the library is embedded");
    return found->text;
}

// A string of the Nix language.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '$') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::optional<std::size_t> numberOf(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<TaskRecord> parseDone(std::string_view text) {
    Result<Json> json = parseJson(text, "a record of the evaluation");
    const JsonObject* object = json ? json->if_object() : nullptr;
    const Json* index = object == nullptr ? nullptr : object->if_contains("index");
    const Json* value = object == nullptr ? nullptr : object->if_contains("value");
    if (index == nullptr || value == nullptr || !index->is_int64() || index->get_int64() < 0) {
        return std::nullopt;
    }
    return TaskDone{static_cast<std::size_t>(index->get_int64()), *value};
}

} // namespace

std::string taskExpression(const LockedFlake& flake, const JsonArray& tasks, std::string_view mark) {
    const JsonObject source{{"path", flake.path}, {"narHash", flake.narHash}};
    const JsonObject request{{"source", source},     {"dir", flake.folder}, {"info", flake.info},
                             {"locks", flake.locks}, {"tasks", tasks},      {"mark", mark}};
    return fmt::format("({}) {{ request = {}; }}\n", libraryText("flake-attributes.nix"),
                       quoted(toLine(request)));
}

std::optional<TaskRecord> parseTaskRecord(std::string_view line, std::string_view mark) {
    for (const std::string_view part : {traced, mark}) {
        if (!line.starts_with(part)) {
            return std::nullopt;
        }
        line.remove_prefix(part.size());
    }
    if (line.starts_with(begun)) {
        const std::optional<std::size_t> index = numberOf(line.substr(begun.size()));
        return index ? std::optional<TaskRecord>(TaskBegun{*index}) : std::nullopt;
    }
    return line.starts_with(done) ? parseDone(line.substr(done.size())) : std::nullopt;
}

} // namespace cirque::nix
