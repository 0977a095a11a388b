// SPDX-License-Identifier: Apache-2.0
#include "plan/reports.hh"

#include <algorithm>
#include <charconv>

namespace cirque::plan {

std::optional<int> findStep(const Job& job, std::string_view step) {
    const auto found = std::ranges::find(job.steps, step, &Step::name);
    if (found != job.steps.end()) {
        const bool only = std::ranges::count(job.steps, step, &Step::name) == 1;
        return only ? std::optional(static_cast<int>(found - job.steps.begin())) : std::nullopt;
    }
    return numberedStep(job, step);
}

std::optional<int> numberedStep(const Job& job, std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number >= 1 && static_cast<std::size_t>(number) <= job.steps.size()
               ? std::optional(number - 1)
               : std::nullopt;
}

} // namespace cirque::plan
