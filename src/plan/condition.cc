// SPDX-License-Identifier: Apache-2.0
#include "plan/condition.hh"

#include "base/text.hh"

#include <array>
#include <string>

namespace cirque::plan {

std::string_view toString(When when) {
    switch (when) {
    case When::Success:
        return "success()";
    case When::Failure:
        return "failure()";
    case When::Always:
        return "always()";
    case When::Cancelled:
        return "cancelled()";
    }
    return "success()";
}

std::optional<When> parseWhen(std::string_view text) {
    const std::string_view word = trim(text);
    for (const When when : std::array{When::Success, When::Failure, When::Always, When::Cancelled}) {
        if (word == toString(when)) {
            return when;
        }
    }
    return std::nullopt;
}

Condition parseCondition(std::string_view text) {
    if (const std::optional<When> when = parseWhen(text)) {
        return Condition{*when, {}};
    }
    return Condition{When::Success, std::string(text)};
}

} // namespace cirque::plan
