// SPDX-License-Identifier: Apache-2.0
#include "cli/view-choice.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace cirque::cli {
namespace {

constexpr std::array<std::string_view, 3> names{"structured", "simple", "json"};
constexpr std::array kinds{ViewKind::Structured, ViewKind::Simple, ViewKind::Json};

Result<ViewKind> named(const std::string& format, std::string_view by) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == format) {
            return kinds[i];
        }
    }
    const std::string_view near = nearest(format, names);
    return fail(ErrorCode::Usage, fmt::format("{}: '{}' is no format of log lines", by, format),
                near.empty() ? "there are: structured, simple, json"
                             : fmt::format("did you mean '{}'?", near));
}

} // namespace

Result<ViewKind> chooseView(const ViewFacts& facts) {
    if (facts.json && !facts.option.empty()) {
        return fail(ErrorCode::Usage, "--json and --log-format exclude each other",
                    "--json prints every event, --log-format json prints log lines");
    }
    if (facts.json) {
        return ViewKind::Events;
    }
    if (!facts.option.empty()) {
        return named(facts.option, "--log-format");
    }
    if (facts.terminal) {
        return facts.noTui || facts.dumb ? ViewKind::Plain : ViewKind::Live;
    }
    if (!facts.variable.empty()) {
        return named(facts.variable, "the variable CIRQUE_LOG_FORMAT or NIXACTIONS_LOG_FORMAT");
    }
    if (facts.github) {
        return ViewKind::GitHub;
    }
    return facts.workflow.empty() ? ViewKind::Plain : named(facts.workflow, "the workflow's logging.format");
}

} // namespace cirque::cli
