// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.hh"
#include "io/process/read.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <signal.h>

namespace cirque::io {

namespace {

constexpr Millis termGrace(2000);

struct Capture {
    explicit Capture(Process child) : process(std::move(child)) {}

    Process process;
    Captured result;
    std::size_t limit = 0;
    bool tooMuch = false;
    std::optional<Error> readError;
    StopSource ended; // rises when the child has ended

    Task<> collect(UniqueFd fd, std::string* into) {
        auto sink = [this, into](std::string_view bytes) {
            if (into->size() + bytes.size() > limit) {
                tooMuch = true;
                process.signalGroup(SIGKILL);
            } else if (!tooMuch) {
                *into += bytes;
            }
        };
        auto read = co_await detail::readUntil(std::move(fd), sink, ended.token(), detail::AtStop::Drain);
        if (!read && !readError) {
            readError = std::move(read).error();
            process.signalGroup(SIGKILL);
        }
    }

    Task<> killAfterGrace() {
        if (co_await sleepFor(termGrace, ended.token())) {
            process.signalGroup(SIGKILL);
        }
    }
};

} // namespace

Task<Result<Captured>> capture(SpawnOptions options, std::string input, StopToken stop, std::size_t limit) {
    CIRQUE_CO_TRY_ASSIGN(auto out, makePipe());
    CIRQUE_CO_TRY_ASSIGN(auto err, makePipe());
    UniqueFd in;
    if (!input.empty()) {
        CIRQUE_CO_TRY_ASSIGN(in, fileInMemory(input));
        options.in = in.get();
    }
    options.out = out.write.get();
    options.err = err.write.get();
    CIRQUE_CO_TRY_ASSIGN(auto process, Process::spawn(options));
    out.write.reset();
    err.write.reset();

    Capture state(std::move(process));
    state.limit = limit;
    TaskGroup group;
    co_await group.start();
    group.spawn(state.collect(std::move(out.read), &state.result.out));
    group.spawn(state.collect(std::move(err.read), &state.result.err));
    bool asked = false;
    auto callback = stop.onStop([&](StopLevel level) {
        state.process.signalGroup(level == StopLevel::Immediate ? SIGKILL : SIGTERM);
        if (!std::exchange(asked, true)) {
            group.spawn(state.killAfterGrace());
        }
    });
    state.result.status = co_await state.process.wait();
    state.ended.request(StopLevel::Graceful, StopReason::Shutdown);
    co_await group.join();
    if (state.tooMuch) {
        co_return fail(ErrorCode::Process,
                       fmt::format("{} printed more than {} bytes and was ended", options.argv[0], limit));
    }
    if (state.readError) {
        co_return fail(std::move(*state.readError).within("reading the output of " + options.argv[0]));
    }
    co_return std::move(state.result);
}

} // namespace cirque::io
