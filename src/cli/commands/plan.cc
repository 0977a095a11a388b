// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hh"
#include "cli/load.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

constexpr int evaluationFailed = 2;

std::string overview(const plan::Plan& plan) {
    std::string out = fmt::format("{}\n", plan.name);
    for (const plan::Job& job : plan.jobs) {
        out += fmt::format("  {:<32} {} step{}{}\n", job.name, job.steps.size(),
                           job.steps.size() == 1 ? "" : "s",
                           job.needs.empty() ? "" : fmt::format(", needs {}", fmt::join(job.needs, ", ")));
    }
    return out;
}

} // namespace

Result<int> planCommand(const Context& context, const Arguments& arguments) {
    const auto show = [&](const Loaded& loaded) -> Result<int> {
        CIRQUE_TRY(
            print(arguments.has("json") ? toPretty(plan::toJson(*loaded.plan)) : overview(*loaded.plan)));
        for (const auto& [name, error] : loaded.errors) {
            printNote(fmt::format("cirque: {}: {}", name, error.text()));
        }
        return loaded.errors.empty() ? 0 : evaluationFailed;
    };
    return withLoaded(context, arguments, show);
}

} // namespace cirque::cli
