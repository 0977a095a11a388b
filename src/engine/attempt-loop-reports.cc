// SPDX-License-Identifier: Apache-2.0
// How an attempt reads the test reports of its job: files from its place, or the log of a step.
#include "engine/attempt-loop.hh"
#include "feedback/report.hh"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace cirque::engine {
namespace {

void add(ReportsRead& read, std::string problem, std::string hint) {
    if (read.problems.empty()) {
        read.hint = std::move(hint);
    }
    read.problems.push_back(std::move(problem));
}

void parseInto(ReportsRead& read, const plan::Report& report, const std::string& job,
               const exec::JobFile& file, const feedback::Texts& texts) {
    auto parsed = feedback::parseReport(file.bytes, report.format, texts);
    const std::string_view where = report.step.empty() ? file.path : std::string_view();
    const std::string prefix = where.empty() || where == report.path ? "" : fmt::format("{}: ", where);
    if (!parsed) {
        add(read, prefix + parsed.error().text(), parsed.error().hint);
        return;
    }
    if (!parsed->flaw.empty()) {
        add(read, prefix + parsed->flaw, "");
    }
    read.tests.push_back({job, file.path, std::move(parsed->format), parsed->passed, parsed->failed,
                          parsed->skipped, parsed->duration, std::move(parsed->failures)});
}

ReportsRead parseAll(const plan::Report& report, const std::string& job, const exec::JobFiles& found,
                     const feedback::Texts& texts) {
    ReportsRead read;
    if (found.files.empty() && !found.untouched.empty()) {
        add(read, fmt::format("no step wrote it: {} is the file of the work tree", found.untouched.front()),
            "an old report proves nothing; check that the step which makes it ran");
    } else if (found.files.empty()) {
        add(read, "there is no such file in the job's folder",
            "check that a step writes it, and that the path is relative to the job's folder");
    }
    for (const exec::JobFile& file : found.files) {
        parseInto(read, report, job, file, texts);
    }
    return read;
}

std::size_t sizeOf(const exec::JobFiles& found) {
    std::size_t bytes = 0;
    for (const exec::JobFile& file : found.files) {
        bytes += file.bytes.size();
    }
    return bytes;
}

} // namespace

io::Task<ActionResult> AttemptLoop::readReport(ReadReport action) {
    constexpr std::size_t quick = 64U << 10U; // what is parsed sooner than handed to another thread
    const plan::Report& report = job_->reports[action.report];
    const exec::FileLimits limits;
    exec::JobFiles found;
    if (action.log) {
        auto text = world_.ports.logs.read(*action.log, limits.bytes);
        if (!text) {
            co_return ActionResult{artifactOutcome(text.error()), {}, {}, {}};
        }
        found.files.push_back({report.step, std::move(*text)});
    } else {
        io::StopSource now; // after a cancel reports are read all the same
        const io::StopCallback relay = stop_.token().onStop([&now](io::StopLevel level) {
            if (level == io::StopLevel::Immediate) {
                now.request(level, io::StopReason::Cancelled);
            }
        });
        auto read = co_await site_->readFiles(report.path, limits, now.token());
        if (!read) {
            co_return ActionResult{artifactOutcome(read.error()), {}, {}, {}};
        }
        found = std::move(*read);
    }
    ActionResult result;
    const feedback::Texts texts(world_.ports.logs.redaction());
    const std::function<ReportsRead()> parse = [&] { return parseAll(report, job_->name, found, texts); };
    if (sizeOf(found) <= quick) {
        result.reports = parse();
    } else {
        result.reports = co_await io::offload(parse);
    }
    co_return result;
}

} // namespace cirque::engine
