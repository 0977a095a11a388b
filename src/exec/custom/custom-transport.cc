// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/custom-transport.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

constexpr std::size_t mostSaid = 1U << 20U;

Error failedScript(const CustomSpec& spec, std::string_view which, const io::Captured& ended) {
    constexpr std::size_t quoted = 500;
    const std::string how = ended.status.signal != 0 ? fmt::format("signal {}", ended.status.signal)
                                                     : fmt::format("exit {}", ended.status.exit);
    const std::string_view said = trim(ended.err);
    const std::string_view tail = said.substr(said.size() > quoted ? said.size() - quoted : 0);
    return {ErrorCode::Process,
            fmt::format("the {} script of the executor '{}' failed: {}{}{}", which, spec.name, how,
                        tail.empty() ? "" : ": ", keepOnlyColours(tail)),
            fmt::format("see mkExecutor's `{}`", which),
            {}};
}

} // namespace

io::SpawnOptions CustomTransport::script(const std::string& text, std::vector<std::string> words) const {
    io::SpawnOptions options;
    options.argv = {spec_.bash, "--noprofile", "--norc", "-euo", "pipefail", "-c", text, spec_.name};
    options.argv.insert(options.argv.end(), std::make_move_iterator(words.begin()),
                        std::make_move_iterator(words.end()));
    options.env = spec_.environment;
    return options;
}

io::Task<Result<AgentPlace>> CustomTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    if (!spec_.setup.empty()) {
        CIRQUE_CO_TRY_ASSIGN(const io::Captured ended,
                             co_await io::capture(script(spec_.setup, {}), {}, std::move(stop), mostSaid));
        CIRQUE_CO_TRY(log->write(ended.out, false));
        if (!ended.status.ok()) {
            co_return fail(failedScript(spec_, "setup", ended));
        }
        CIRQUE_CO_TRY(log->write(ended.err, false));
    }
    AgentPlace place = spec_.place;
    place.agent = script(spec_.connect, {spec_.agent});
    co_return place;
}

io::Task<Result<void>> CustomTransport::close(io::StopToken /*stop*/) {
    if (spec_.cleanup.empty()) {
        co_return Result<void>();
    }
    // not with the job's stop: a place that is left behind is worse than a late end
    CIRQUE_CO_TRY_ASSIGN(const io::Captured ended,
                         co_await io::capture(script(spec_.cleanup, {}), {}, {}, mostSaid));
    if (!ended.status.ok()) {
        co_return fail(failedScript(spec_, "cleanup", ended));
    }
    co_return Result<void>();
}

} // namespace cirque::exec
