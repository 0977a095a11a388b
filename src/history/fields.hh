// SPDX-License-Identifier: Apache-2.0
// Reads the fields of a JSON object one by one. Internal to the folder.
#pragma once

#include "base/json.hh"
#include "event/types/json-text.hh"
#include "event/types/json.hh"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::history {

// Collects the first thing that is wrong, so that the reading code stays a plain list of fields.
class Fields {
  public:
    Fields(const Json& json, std::string& problem) : object_(json.if_object()), problem_(problem) {
        if (object_ == nullptr) {
            wrong("an object");
        }
    }

    void text(std::string_view name, std::string& out) {
        auto found = object_ == nullptr ? std::nullopt : event::findText(*object_, name);
        found ? static_cast<void>(out = std::move(*found)) : wrong(name);
    }

    template <class T>
    void number(std::string_view name, T& out) {
        const Json* found = find(name);
        boost::system::error_code code;
        const T value = found == nullptr || !found->is_number() ? T{} : found->to_number<T>(code);
        found == nullptr || !found->is_number() || code ? wrong(name) : static_cast<void>(out = value);
    }

    void duration(std::string_view name, Millis& out) {
        std::int64_t count = 0;
        number(name, count);
        out = Millis(count);
    }

    void flag(std::string_view name, bool& out) {
        const Json* found = find(name);
        found != nullptr && found->is_bool() ? static_cast<void>(out = found->get_bool()) : wrong(name);
    }

    void time(std::string_view name, std::optional<WallTime>& out) {
        if (!isNull(name)) {
            std::string written;
            text(name, written);
            out = parseIso8601(written);
            out ? static_cast<void>(0) : wrong(name);
        }
    }

    void outcome(std::string_view name, std::optional<Outcome>& out) {
        const Json* found = find(name);
        if (found == nullptr) {
            wrong(name);
        } else if (!found->is_null()) {
            auto parsed = event::parseOutcome(*found);
            parsed ? static_cast<void>(out = std::move(*parsed)) : wrong(name);
        }
    }

    template <class Fn>
    void each(std::string_view name, Fn&& fn) {
        const Json* found = find(name);
        if (found == nullptr || !found->is_array()) {
            wrong(name);
            return;
        }
        for (const Json& element : found->get_array()) {
            fn(element);
        }
    }

    [[nodiscard]] bool isNull(std::string_view name) const {
        const Json* found = find(name);
        return found != nullptr && found->is_null();
    }

    [[nodiscard]] const Json* find(std::string_view name) const {
        return object_ == nullptr ? nullptr : object_->if_contains(name);
    }

    void wrong(std::string_view name) {
        if (problem_.empty()) {
            problem_ = name;
        }
    }

    [[nodiscard]] std::string& problem() const { return problem_; }

  private:
    const JsonObject* object_;
    std::string& problem_;
};

} // namespace cirque::history
