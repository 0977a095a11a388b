// SPDX-License-Identifier: Apache-2.0
// Plans in a line or two of test code.
#pragma once

#include "plan/types.hh"

#include <initializer_list>
#include <string>
#include <vector>

namespace cirque::testing {

inline plan::Step step(std::string name, plan::When when = plan::When::Success, std::string bash = {}) {
    plan::Step made;
    made.name = std::move(name);
    made.action = plan::BashRun{":"};
    made.condition = {when, std::move(bash)};
    return made;
}

// A job with one step "run".
inline plan::Job job(std::string name, std::vector<std::string> needs = {},
                     plan::When when = plan::When::Success) {
    plan::Job made;
    made.name = std::move(name);
    made.system = "x86_64-linux";
    made.needs = std::move(needs);
    made.condition.when = when;
    made.steps = {step("run")};
    return made;
}

inline plan::Plan planOf(std::vector<plan::Job> jobs) {
    plan::Plan made;
    made.name = "w";
    made.jobs = std::move(jobs);
    return made;
}

template <class T>
plan::Setting<T> given(T value) {
    return {plan::Setting<T>::State::Set, std::move(value)};
}

inline plan::Setting<plan::Retry> attempts(int most, plan::Backoff backoff = plan::Backoff::Constant,
                                           Millis min = Millis{1000}, Millis max = Millis{60000}) {
    return given(plan::Retry{most, backoff, min, max});
}

} // namespace cirque::testing
