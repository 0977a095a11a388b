// SPDX-License-Identifier: Apache-2.0
#include "doctor/attempt.hh"

#include "base/text.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

namespace cirque::doctor {
namespace {

constexpr Millis patience{20'000};
constexpr std::size_t shownBytes = 300;

io::Task<> expire(io::StopSource* victim, io::StopToken done) {
    if (co_await io::sleepFor(patience, std::move(done))) {
        victim->request(io::StopLevel::Immediate, io::StopReason::Timeout);
    }
}

// The last line that names an error says more than the first one.
std::string_view tellingLine(std::string_view text) {
    std::string_view first;
    std::string_view error;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view shown = trim(line);
        first = first.empty() ? shown : first;
        error =
            shown.starts_with("error:") && shown.size() > std::string_view("error:").size() ? shown : error;
    }
    return error.empty() ? first : error;
}

} // namespace

io::Task<Result<io::Captured>> attempt(std::vector<std::string> argv,
                                       std::optional<std::vector<std::string>> env, io::StopToken stop) {
    const std::string program = argv.front();
    io::StopSource own;
    io::StopSource done;
    const io::StopCallback passed =
        stop.onStop([&own](io::StopLevel level) { own.request(level, io::StopReason::Cancelled); });
    io::TaskGroup group;
    co_await group.start();
    group.spawn(expire(&own, done.token()));
    io::SpawnOptions options;
    options.argv = std::move(argv);
    options.env = std::move(env);
    Result<io::Captured> tried = co_await io::capture(std::move(options), {}, own.token());
    const bool late = own.token().reason() == io::StopReason::Timeout;
    done.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await group.join();
    if (late) {
        co_return fail(ErrorCode::Unreachable,
                       fmt::format("{} did not answer within {} s", program, patience.count() / 1000));
    }
    co_return tried;
}

std::string firstLine(const io::Captured& tried) {
    const std::string_view line = tellingLine(trim(tried.out).empty() ? tried.err : tried.out);
    return ellipsize(keepOnlyColours(line), shownBytes);
}

std::string whyFailed(const Result<io::Captured>& tried) {
    if (!tried) {
        return tried.error().message;
    }
    const std::string complaint = ellipsize(keepOnlyColours(tellingLine(tried->err)), shownBytes);
    const std::string ending = tried->status.signal != 0 ? fmt::format("signal {}", tried->status.signal)
                                                         : fmt::format("status {}", tried->status.exit);
    return complaint.empty() ? ending : fmt::format("{} ({})", complaint, ending);
}

} // namespace cirque::doctor
