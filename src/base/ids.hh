// SPDX-License-Identifier: Apache-2.0
// Identity of what runs. A run is a UUIDv7 (RFC 9562 section 5.7); below it: run/job/attempt/step/try.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque {

class RunId {
  public:
    RunId() = default; // the empty id; only for "not known yet"

    // A fresh id. `unixMillis` is the wall time; the random part comes from getrandom(2).
    static RunId make(std::int64_t unixMillis);

    // A full id in the canonical 36 character form; nullopt for anything else.
    static std::optional<RunId> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }

    auto operator<=>(const RunId&) const = default;

  private:
    std::string text_;
};

// One execution of one step (or, with step = -1, a job's provision and collect phases; -2, -3, ...: its
// services). Numbers: attempts and tries count from 1, steps are positions counted from 0 in the job's list.
struct TryRef {
    std::string job; // the job's key in the plan
    int attempt = 1;
    int step = -1;
    int tryNumber = 1;

    // The position of a service in its job's list, from 0; none: it is no service.
    [[nodiscard]] std::optional<std::size_t> service() const {
        return step <= firstService ? std::optional(static_cast<std::size_t>(firstService - step))
                                    : std::nullopt;
    }

    static constexpr int firstService = -2;

    auto operator<=>(const TryRef&) const = default;
};

} // namespace cirque
