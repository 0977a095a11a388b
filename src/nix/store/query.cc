// SPDX-License-Identifier: Apache-2.0
#include "nix/store/query.hh"

#include "base/text.hh"
#include "io/process/process.hh"
#include "nix/log/names.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::nix {

std::string reasonIn(std::string_view errors, std::string_view program) {
    const std::string plain = withoutColours(errors);
    const std::size_t at = plain.rfind("error:");
    const std::string_view told =
        trim(at == std::string::npos ? std::string_view(plain) : std::string_view(plain).substr(at + 6));
    std::string out;
    for (const std::string_view line : split(told, '\n')) {
        if (const std::string_view words = trim(line); !words.empty()) {
            out += out.empty() ? "" : " ";
            out += words;
        }
    }
    return out.empty() ? fmt::format("{} gave no reason", program) : out;
}

io::Task<Result<std::string>> ask(Variables environment, std::vector<std::string> argv, std::string what,
                                  io::StopToken stop) {
    const std::string program = argv.front();
    const std::vector<std::string> common = commonOptions(environment);
    argv.insert(argv.end(), common.begin(), common.end());
    io::SpawnOptions options{.argv = std::move(argv),
                             .env = nixEnvironment(environment),
                             .cwd = "/",
                             .in = -1,
                             .out = -1,
                             .err = -1,
                             .keep = {}};
    Result<io::Captured> captured = co_await io::capture(std::move(options), {}, stop);
    if (!captured) {
        co_return fail(withNixHint(std::move(captured).error()));
    }
    if (captured->status.ok()) {
        co_return std::move(captured->out);
    }
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, what + ": it was stopped");
    }
    if (captured->status.signal != 0) {
        Error killed = killedError(program, captured->status.signal);
        killed.message = fmt::format("{}: {}", what, killed.message);
        co_return fail(std::move(killed));
    }
    const ErrorCode code = infrastructureCode(captured->err).value_or(ErrorCode::Process);
    co_return fail(code, fmt::format("{}: {}", what, reasonIn(captured->err, program)));
}

} // namespace cirque::nix
