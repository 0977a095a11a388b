// SPDX-License-Identifier: Apache-2.0
#include "app/local/request.hh"
#include "cli/commands.hh"
#include "cli/load.hh"

#include <fmt/format.h>

namespace cirque::cli {

Result<int> checkCommand(const Context& context, const Arguments& arguments) {
    const auto tell = [&](const Loaded& loaded) -> Result<int> {
        const plan::Plan& plan = *loaded.plan;
        const std::vector<std::string> refused = app::refusedParts(plan);
        if (arguments.has("json")) {
            JsonObject out;
            out["version"] = 1;
            out["workflow"] = plan.name;
            out["source"] = loaded.source;
            out["jobs"] = plan.jobs.size();
            out["unsupported"] = JsonArray(refused.begin(), refused.end());
            CIRQUE_TRY(print(toLine(out) + "\n"));
            return 0;
        }
        std::string text = fmt::format("{}: workflow '{}' is valid: {} job{}\n", loaded.source, plan.name,
                                       plan.jobs.size(), plan.jobs.size() == 1 ? "" : "s");
        for (const std::string& part : refused) {
            text += fmt::format("note: this version cannot run it: {}\n", part);
        }
        CIRQUE_TRY(print(text));
        return 0;
    };
    return withLoaded(context, arguments, tell);
}

} // namespace cirque::cli
