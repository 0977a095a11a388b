// SPDX-License-Identifier: Apache-2.0
#include "engine/needs.hh"

#include <algorithm>

namespace cirque::engine {
namespace {

const plan::BuildRun* buildOf(const plan::Step& step) {
    return std::get_if<plan::BuildRun>(&step.action);
}

// The condition of the whole job is decided before any step and may name anything its steps name.
bool isBuiltByAStep(const plan::Job& job, std::size_t upTo, const plan::Derivation& derivation) {
    if (!job.condition.bash.empty()) {
        return false;
    }
    return std::any_of(job.steps.begin(), job.steps.begin() + static_cast<std::ptrdiff_t>(upTo) + 1,
                       [&](const plan::Step& step) {
                           const plan::BuildRun* build = buildOf(step);
                           return build != nullptr && build->derivation.drv == derivation.drv;
                       });
}

std::string_view folderOf(std::string_view path) {
    return path.substr(0, path.rfind('/'));
}

} // namespace

plan::Closure neededAtStart(const plan::Job& job) {
    plan::Closure out;
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        const plan::Closure& closure = job.steps[i].closure;
        for (const plan::Derivation& derivation : closure.derivations) {
            if (!isBuiltByAStep(job, i, derivation)) {
                out.derivations.push_back(derivation);
            }
        }
        out.paths.insert(out.paths.end(), closure.paths.begin(), closure.paths.end());
    }
    for (const plan::Service& service : job.services) { // they run before any step does
        const plan::Closure& closure = service.program.closure;
        out.derivations.insert(out.derivations.end(), closure.derivations.begin(), closure.derivations.end());
        out.paths.insert(out.paths.end(), closure.paths.begin(), closure.paths.end());
    }
    return out;
}

plan::Closure neededBefore(const plan::Job& job, int step) {
    plan::Closure out;
    const auto index = static_cast<std::size_t>(step);
    for (const plan::Derivation& derivation : job.steps[index].closure.derivations) {
        if (isBuiltByAStep(job, index, derivation)) {
            out.derivations.push_back(derivation);
        }
    }
    return out;
}

bool needsPlace(const plan::Job& job) {
    const auto works = [](const plan::Step& step) {
        return buildOf(step) == nullptr || !step.condition.bash.empty();
    };
    return !job.condition.bash.empty() || !job.inputs.empty() || !job.outputs.empty() || job.steps.empty() ||
           !job.services.empty() || std::any_of(job.steps.begin(), job.steps.end(), works);
}

bool isBuilt(const plan::Job& job, std::string_view result, std::string_view value) {
    const auto names = [result](const std::string& output) { return output == "*" || output == result; };
    return std::ranges::any_of(job.steps, [&](const plan::Step& step) {
        const plan::BuildRun* build = buildOf(step);
        return build != nullptr && value.starts_with('/') && !value.ends_with('/') &&
               folderOf(value) == folderOf(build->derivation.drv) &&
               (build->derivation.outputs.empty() || std::ranges::any_of(build->derivation.outputs, names));
    });
}

} // namespace cirque::engine
