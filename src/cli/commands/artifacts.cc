// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hh"
#include "cli/run-argument.hh"
#include "history/json.hh"

#include <fmt/format.h>

namespace cirque::cli {

Result<int> artifactsCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, namedRun(context, arguments, "artifacts", 1));
    if (arguments.has("json")) {
        CIRQUE_TRY(print(toLine(history::artifactsToJson(run)) + "\n"));
        return 0;
    }
    std::string out;
    for (const history::ArtifactSummary& artifact : run.artifacts) {
        out += fmt::format("{:<24}  {:>12} bytes  {:>6} files  {}  (job {})\n", artifact.name, artifact.bytes,
                           artifact.files, artifact.path, artifact.job);
    }
    CIRQUE_TRY(print(out.empty() ? "this run saved no artifacts\n" : out));
    return 0;
}

} // namespace cirque::cli
