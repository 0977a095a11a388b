// SPDX-License-Identifier: Apache-2.0
#include "report/trace/trace.hh"

#include "cli/commands.hh"
#include "cli/run-argument.hh"
#include "history/timeline.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::cli {
namespace {

struct Format {
    std::string_view name;
    JsonObject (*make)(const history::Timeline& timeline);
};

constexpr std::array<Format, 2> formats{{{"perfetto", report::toPerfetto}, {"otlp", report::toOtlp}}};

} // namespace

Result<int> traceCommand(const Context& context, const Arguments& arguments) {
    const std::string name = arguments.get("format", "perfetto");
    const auto* format = std::ranges::find(formats, name, &Format::name);
    if (format == formats.end()) {
        return fail(ErrorCode::Usage, fmt::format("cirque trace: there is no format '{}'", name),
                    "the formats are perfetto and otlp");
    }
    CIRQUE_TRY_ASSIGN(const RunId id, namedRunId(context, arguments, "trace", 1));
    CIRQUE_TRY_ASSIGN(const history::Timeline timeline, history::loadTimeline(context.settings.stateDir, id));
    const std::string text = toLine(format->make(timeline)) + "\n";
    if (const std::string file = arguments.get("output"); !file.empty() && file != "-") {
        CIRQUE_TRY(io::writeNamedFile(file, text));
        return 0;
    }
    CIRQUE_TRY(print(text));
    return 0;
}

} // namespace cirque::cli
