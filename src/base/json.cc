// SPDX-License-Identifier: Apache-2.0
#include "base/json.hh"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace cirque {
namespace {

constexpr std::size_t deepest = 64;

struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
};

Position positionOf(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    Position at;
    at.line += static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const std::size_t lineStart = before.rfind('\n');
    at.column = before.size() - (lineStart == std::string_view::npos ? 0 : lineStart + 1) + 1;
    return at;
}

// Boost keeps the last of two equal keys in silence; a document that says two things is refused instead.
class DuplicateFinder {
  public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
    using Code = boost::system::error_code;

    std::string duplicate;

    bool on_document_begin(Code&) { return true; }

    bool on_document_end(Code&) { return true; }

    bool on_object_begin(Code&) {
        keys_.emplace_back();
        return true;
    }

    bool on_object_end(std::size_t, Code&) {
        keys_.pop_back();
        return true;
    }

    bool on_array_begin(Code&) { return true; }

    bool on_array_end(std::size_t, Code&) { return true; }

    bool on_key_part(std::string_view part, std::size_t, Code&) {
        key_ += part;
        return true;
    }

    bool on_key(std::string_view part, std::size_t, Code& code) {
        key_ += part;
        if (!keys_.back().insert(key_).second) {
            duplicate = key_;
            code = boost::json::make_error_code(boost::json::error::extra_data);
            return false;
        }
        key_.clear();
        return true;
    }

    bool on_string_part(std::string_view, std::size_t, Code&) { return true; }

    bool on_string(std::string_view, std::size_t, Code&) { return true; }

    bool on_number_part(std::string_view, Code&) { return true; }

    bool on_int64(std::int64_t, std::string_view, Code&) { return true; }

    bool on_uint64(std::uint64_t, std::string_view, Code&) { return true; }

    bool on_double(double, std::string_view, Code&) { return true; }

    bool on_bool(bool, Code&) { return true; }

    bool on_null(Code&) { return true; }

    bool on_comment_part(std::string_view, Code&) { return true; }

    bool on_comment(std::string_view, Code&) { return true; }

  private:
    std::vector<std::unordered_set<std::string>> keys_;
    std::string key_;
};

void pretty(std::string& out, const Json& json, std::size_t indent) {
    const std::string pad(indent + 2, ' ');
    if (const auto* object = json.if_object(); object != nullptr && !object->empty()) {
        out += "{\n";
        bool first = true;
        for (const auto& [key, value] : *object) {
            out += first ? "" : ",\n";
            first = false;
            out += pad + boost::json::serialize(boost::json::string_view(key)) + ": ";
            pretty(out, value, indent + 2);
        }
        out += "\n" + std::string(indent, ' ') + "}";
    } else if (const auto* array = json.if_array(); array != nullptr && !array->empty()) {
        out += "[\n";
        bool first = true;
        for (const Json& value : *array) {
            out += first ? "" : ",\n";
            first = false;
            out += pad;
            pretty(out, value, indent + 2);
        }
        out += "\n" + std::string(indent, ' ') + "]";
    } else {
        out += boost::json::serialize(json);
    }
}

} // namespace

Result<Json> parseJson(std::string_view text, std::string_view what) {
    boost::json::parse_options options;
    options.max_depth = deepest;

    boost::json::basic_parser<DuplicateFinder> finder(options);
    boost::system::error_code code;
    const std::size_t used = finder.write_some(false, text.data(), text.size(), code);
    std::string reason;
    if (!finder.handler().duplicate.empty()) {
        reason = fmt::format("the key '{}' stands twice in one object", finder.handler().duplicate);
    } else if (code) {
        reason = code == boost::json::error::too_deep ? fmt::format("nested deeper than {} levels", deepest)
                                                      : code.message();
    } else if (std::ranges::any_of(text.substr(used), [](char c) {
                   return std::string_view(" \t\r\n").find(c) == std::string_view::npos;
               })) {
        reason = "more text after the end of the document";
    }
    if (!reason.empty()) {
        const Position at = positionOf(text, used);
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("{}:{}:{}: not valid JSON: {}", what, at.line, at.column, reason));
    }
    return boost::json::parse(text, boost::json::storage_ptr(), options);
}

std::string textAt(const JsonObject& object, std::string_view key) {
    const Json* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool flagAt(const JsonObject& object, std::string_view key) {
    const Json* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->as_bool();
}

std::string toLine(const Json& json) {
    return boost::json::serialize(json);
}

std::string toPretty(const Json& json) {
    std::string out;
    pretty(out, json, 0);
    return out + "\n";
}

} // namespace cirque
