// SPDX-License-Identifier: Apache-2.0
// A run of one job whose steps do as they are told, for tests of what an attempt makes of them.
#pragma once

#include "tests/support/fake-ports.hh"
#include "tests/support/plans.hh"

#include <algorithm>
#include <map>

namespace cirque::testing {

// A run of one job "a" whose steps do what `steps` says, by name ("b?" is the bash condition of step b).
struct Steps : World {
    std::map<std::string, std::vector<Script>> does; // by step, try after try; the last one repeats
    plan::Job one = job("a");
    plan::Plan whole;

    Steps() {
        one.steps.clear();
        executor.script = [this](const exec::StepSpec& spec) {
            const auto found = does.find(spec.name + (spec.isCondition ? "?" : ""));
            if (found == does.end()) {
                return Script{};
            }
            const std::size_t nth = static_cast<std::size_t>(std::max(1, spec.ref.tryNumber)) - 1;
            return found->second[std::min(nth, found->second.size() - 1)];
        };
    }

    engine::RunReport go() {
        whole.name = "w";
        whole.jobs = {one};
        return run(whole);
    }

    Outcome of(std::string_view name) {
        const auto found = journal.step("a", name);
        return found ? found->outcome : Outcome::infrastructure("the step never ended");
    }

    Outcome ofJob() { return journal.job("a")->outcome; }
};

inline Script failing(int status) {
    return {.outcome = Outcome::failedExit(status)};
}

} // namespace cirque::testing
