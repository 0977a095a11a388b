// SPDX-License-Identifier: Apache-2.0
#include "cli/junit-file.hh"

#include "cli/load.hh"
#include "event/journal/log-file.hh"
#include "history/layout.hh"
#include "report/junit/junit.hh"

#include <fmt/format.h>

#include <filesystem>

namespace cirque::cli {
namespace {

constexpr std::int64_t mostLines = 100;

std::string lastLines(const std::string& base) {
    auto reader = event::LogReader::open(base);
    const auto lines =
        reader ? reader->last(mostLines) : Result<std::vector<event::LogLine>>(std::vector<event::LogLine>{});
    std::string out;
    for (std::size_t i = 0; lines && i < lines->size(); ++i) {
        out += i == 0 ? "" : "\n";
        out += (*lines)[i].text;
    }
    return out;
}

} // namespace

Result<JunitFile> JunitFile::open(const Context& context, const Arguments& arguments) {
    JunitFile file;
    if (!arguments.has("junit")) {
        return file;
    }
    CIRQUE_TRY_ASSIGN(const std::string folder, startFolder(context, arguments));
    const std::filesystem::path path = std::filesystem::path(folder) / arguments.get("junit");
    std::error_code code;
    if (!std::filesystem::is_directory(path.parent_path(), code)) {
        return fail(ErrorCode::Usage,
                    fmt::format("--junit: there is no folder {}", path.parent_path().string()),
                    "make it first; cirque makes the file alone");
    }
    if (std::filesystem::is_directory(path, code)) {
        return fail(ErrorCode::Usage, fmt::format("--junit: {} is a folder", path.string()), "name a file");
    }
    file.listener_ = std::make_unique<report::JunitListener>(path.string());
    return file;
}

Result<void> JunitFile::finish() {
    auto written = listener_ ? listener_->finish() : Result<void>{};
    if (!written && written.error().code == ErrorCode::NotFound) {
        written.error().code = ErrorCode::Io; // its folder was there when the run began
    }
    return written;
}

std::string junitOf(const Context& context, const history::RunSummary& run) {
    const history::RunFolder folder = history::runFolder(context.settings.stateDir, run.id);
    const report::StepOutput output = [&](const history::JobSummary& job, std::size_t step) -> std::string {
        if (job.steps[step].tries.empty()) {
            return {};
        }
        const history::TrySummary& last = job.steps[step].tries.back();
        return lastLines(folder.log(
            event::logBase(job.number, {job.name, last.attempt, static_cast<int>(step), last.number})));
    };
    return report::toJunit(run, output);
}

} // namespace cirque::cli
