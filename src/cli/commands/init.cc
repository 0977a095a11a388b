// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hh"
#include "cli/load.hh"
#include "starter/starter.hh"

#include <fmt/format.h>

#include <filesystem>

namespace cirque::cli {
namespace {

std::string list() {
    std::string out;
    for (const starter::Template& known : starter::templates()) {
        out += fmt::format("{:<8} {:<36} {}\n", known.name, known.title,
                           known.sign.empty() ? std::string() : fmt::format("chosen by {}", known.sign));
    }
    return out;
}

std::string shown(const starter::Started& done, const std::string& folder, bool elsewhere) {
    std::string out = fmt::format("template {}{}\n", done.which->name,
                                  done.reason.empty() ? "" : fmt::format(" ({})", done.reason));
    for (const std::string& path : done.written) {
        out += fmt::format("  wrote {}\n", path);
    }
    for (const std::string& path : done.kept) {
        out += fmt::format("  kept  {} (it was there)\n", path);
    }
    if (!done.missing.empty()) {
        std::string programs;
        std::string packages;
        for (const starter::Tool& tool : done.missing) {
            programs += fmt::format(" {}", tool.program);
            packages += fmt::format(" {}", tool.package);
        }
        out += fmt::format("\nthis machine has no{}; on Debian: apt install{}\n", programs, packages);
    }
    out += "\nnext:\n";
    if (elsewhere) {
        out += fmt::format("  cd {}\n", folder);
    }
    out += "  cirque run      # lint, build and test, each in a folder of its own\n"
           "  cirque check    # only read the workflow; every mistake at once\n";
    if (!done.fresh) {
        out +=
            "ci.nix is a start for a project of this kind: read it, and change what yours does differently\n";
    }
    return out;
}

} // namespace

Result<int> initCommand(const Context& context, const Arguments& arguments) {
    if (arguments.has("list")) {
        CIRQUE_TRY(print(list()));
        return 0;
    }
    if (arguments.positionals().size() > 1) {
        return fail(ErrorCode::Usage,
                    fmt::format("cirque init takes one folder, not {}", arguments.positionals().size()),
                    "cirque init [DIR]");
    }
    CIRQUE_TRY_ASSIGN(const std::string start, startFolder(context, arguments));
    starter::StartRequest request;
    const std::string named = arguments.positionals().empty() ? "" : arguments.positionals().front();
    request.folder = (std::filesystem::path(start) / named).lexically_normal().string();
    while (request.folder.size() > 1 && request.folder.ends_with('/')) {
        request.folder.pop_back();
    }
    request.templateName = arguments.get("template");
    request.path = context.environment.get("PATH");
    CIRQUE_TRY_ASSIGN(const starter::Started done, starter::start(request));
    CIRQUE_TRY(print(shown(done, request.folder, request.folder != context.folder)));
    return 0;
}

} // namespace cirque::cli
