// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/connection.hh"

#include "artifact/tree-stream.hh"
#include "base/assert.hh"
#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace cirque::exec {

namespace {

constexpr std::size_t keptErrorBytes = 4U << 10U;
constexpr std::string_view silent = "it did not answer any more";

} // namespace

Result<std::shared_ptr<AgentConnection>> AgentConnection::start(io::SpawnOptions options, AgentTimes times) {
    CIRQUE_TRY_ASSIGN(io::Pipe in, io::makePipe());
    CIRQUE_TRY_ASSIGN(io::Pipe out, io::makePipe());
    CIRQUE_TRY_ASSIGN(io::Pipe err, io::makePipe());
    options.in = in.read.get();
    options.out = out.write.get();
    options.err = err.write.get();
    CIRQUE_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    return std::shared_ptr<AgentConnection>(new AgentConnection(
        std::move(process), std::move(in.write), std::move(out.read), std::move(err.read), times));
}

AgentConnection::AgentConnection(io::Process process, io::UniqueFd in, io::UniqueFd out, io::UniqueFd err,
                                 AgentTimes times)
    : times_(times), process_(std::move(process)), out_(std::move(in)), in_(std::move(out)),
      err_(std::move(err)) {}

AgentConnection::~AgentConnection() = default;

io::Task<Result<agent::Hello>> AgentConnection::greet(Millis patience, io::StopToken stop) {
    co_await group_.start();
    group_.spawn(write());
    group_.spawn(listen(std::move(err_)));
    group_.spawn(read(std::move(in_)));
    io::StopSource greeted;
    group_.spawn(loseAfter(patience, greeted.token(),
                           fmt::format("it did not answer within {} s", patience.count() / 1000)));
    while (!hello_ && !lost_ && co_await changed_.wait(stop)) {
    }
    greeted.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    if (lost_) {
        co_return fail(*lost_);
    }
    if (!hello_) {
        co_return fail(ErrorCode::Process, "the start of cirque-agent was stopped");
    }
    if (hello_->version != CIRQUE_VERSION) {
        co_return fail(
            ErrorCode::Unsupported,
            fmt::format("the place runs cirque-agent {}, this is cirque {}", hello_->version, CIRQUE_VERSION),
            "install both from one version");
    }
    group_.spawn(ping());
    co_return *hello_;
}

// A place can stand still with its pipe open: a paused container, a stopped process, a line cut without a
// word.
io::Task<> AgentConnection::ping() {
    for (Millis silence{0}; silence < times_.silence;) {
        out_.push(toBytes(agent::FrameKind::Ping, 0, {}));
        const bool slept = co_await io::sleepFor(times_.ping, readers_.token());
        if (!slept || lost_) {
            co_return;
        }
        silence = quiet() ? silence + times_.ping : Millis{0};
    }
    lose(std::string(silent));
}

// While a reader here holds it back, or it still takes what is before the ping, its silence means nothing.
bool AgentConnection::quiet() {
    const bool takes = out_.waiting() > 0 && out_.taken() != takenBefore_;
    takenBefore_ = out_.taken();
    return !std::exchange(heard_, false) && !takes && !congested();
}

io::Task<> AgentConnection::write() {
    const Result<void> written = co_await out_.serve(writer_.token());
    if (!written) {
        lose({}); // what the reading side hears says more
    }
}

io::Task<> AgentConnection::read(io::UniqueFd from) {
    const std::function<void(std::string_view)> take = [this](std::string_view bytes) { this->take(bytes); };
    const std::function<bool()> hold = [this] { return congested(); };
    const Result<void> read = co_await io::readAll(std::move(from), take, readers_.token(), hold);
    // its last words may still be on their way
    constexpr Millis lastWords{200};
    if (!lost_ && !readers_.token().stopRequested()) {
        (void)co_await io::sleepFor(lastWords, readers_.token());
    }
    lose(read ? std::string() : read.error().text());
}

io::Task<> AgentConnection::listen(io::UniqueFd from) {
    const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
        errText_ += bytes;
        if (errText_.size() > 2 * keptErrorBytes) {
            errText_.erase(0, errText_.size() - keptErrorBytes);
        }
    };
    (void)co_await io::readAll(std::move(from), take, readers_.token()); // for messages only
}

std::string AgentConnection::said() const {
    return std::string(trim(errText_));
}

void AgentConnection::take(std::string_view bytes) {
    if (lost_) {
        return; // nobody waits for it any more
    }
    heard_ = true;
    const std::function<void(const agent::Frame&)> one = [this](const agent::Frame& frame) {
        deliver(frame);
    };
    if (auto taken = frames_.take(bytes, one); !taken) {
        lose(taken.error().text());
    }
}

void AgentConnection::deliver(const agent::Frame& frame) {
    if (frame.kind == agent::FrameKind::Hello && !hello_) {
        if (auto hello = agent::parseHello(frame.payload)) {
            hello_ = std::move(*hello);
        } else {
            lose(hello.error().text());
        }
        changed_.notify();
        return;
    }
    const auto found = calls_.find(frame.call);
    if (found == calls_.end()) {
        return; // a daemon of an earlier step still prints
    }
    Call& call = found->second;
    if (frame.kind == agent::FrameKind::Taken) {
        const auto taken = agent::parseTakenInput(frame.payload);
        call.inputTaken = taken ? taken->bytes : call.inputTaken;
    } else if (frame.kind == agent::FrameKind::OutputEnd) {
        call.sink.reset();
        if (call.over) {
            calls_.erase(found);
        }
    } else if (frame.kind != agent::FrameKind::Done) {
        deliverOutput(call, frame);
    } else if (!call.done) {
        call.done = std::string(frame.payload);
        call.stopping = false;
        if (!call.isStep) {
            call.sink.reset(); // what would still come was not asked for
        }
        call.changed->notify();
    }
}

void AgentConnection::deliverOutput(Call& call, const agent::Frame& frame) {
    const bool late = frame.kind == agent::FrameKind::LateOutput;
    const bool now = frame.kind == agent::FrameKind::Output && !call.done;
    if (!call.sink || call.sinkFailure || (!late && !now)) {
        return;
    }
    if (auto written = call.sink->write(frame.payload, late); !written) {
        call.sinkFailure = std::move(written).error();
        sendStop(frame.call, io::StopLevel::Immediate, io::StopReason::Shutdown);
    }
}

// A reader that does not keep up must not hold back the answer to a stop.
bool AgentConnection::congested() const {
    const auto stops = [](const auto& entry) { return entry.second.stopping; };
    const auto isFull = [](const auto& entry) { return entry.second.sink && entry.second.sink->congested(); };
    return std::ranges::none_of(calls_, stops) && std::ranges::any_of(calls_, isFull);
}

void AgentConnection::lose(std::string why) {
    if (lost_) {
        return;
    }
    if (why.empty()) {
        why = said();
    }
    lost_ = Error{ErrorCode::Unreachable,
                  why.empty() ? std::string("the connection to the place ended")
                              : fmt::format("{}{}", endedText, why),
                  {},
                  {}};
    changed_.notify();
    for (auto& [number, call] : calls_) {
        call.changed->notify();
    }
}

io::Task<> AgentConnection::loseAfter(Millis patience, io::StopToken answered, std::string why) {
    if (co_await io::sleepFor(patience, std::move(answered))) {
        lose(std::move(why));
    }
}

void AgentConnection::sendStop(std::uint32_t call, io::StopLevel level, io::StopReason reason) {
    if (const auto found = calls_.find(call); found != calls_.end()) {
        found->second.stopping = !found->second.done;
    }
    const agent::StopCall stop{static_cast<std::int64_t>(level), static_cast<std::int64_t>(reason)};
    out_.push(toBytes(agent::FrameKind::Stop, call, toBytes(stop)));
}

std::uint32_t AgentConnection::begin(std::string payload, std::shared_ptr<OutputSink> sink) {
    const std::uint32_t number = ++lastCall_;
    const auto kind = agent::parseCallKind(payload);
    Call& call = calls_[number];
    call.sink = std::move(sink);
    call.isStep = kind && *kind == agent::CallKind::RunStep;
    out_.push(toBytes(agent::FrameKind::Call, number, payload));
    return number;
}

io::Task<Result<std::string>> AgentConnection::call(std::string payload, std::shared_ptr<OutputSink> sink,
                                                    io::StopToken stop, CallBounds bounds) {
    if (lost_) {
        co_return fail(*lost_);
    }
    const std::uint32_t number = begin(std::move(payload), std::move(sink));
    co_return co_await finish(number, std::move(stop), bounds);
}

io::Task<Result<std::string>> AgentConnection::callWithTree(std::string payload, std::string folder,
                                                            std::string entry, io::StopToken stop) {
    if (lost_) {
        co_return fail(*lost_);
    }
    const std::uint32_t number = begin(std::move(payload), nullptr);
    const Result<void> sent = co_await sendTree(number, std::move(folder), std::move(entry), stop);
    if (!sent) { // the agent waits for the rest
        sendStop(number, io::StopLevel::Immediate, io::StopReason::Shutdown);
    }
    const Result<std::string> done = co_await finish(number, std::move(stop), {});
    CIRQUE_CO_TRY(sent);
    co_return done;
}

io::Task<Result<void>> AgentConnection::sendTree(std::uint32_t number, std::string folder, std::string entry,
                                                 io::StopToken stop) {
    constexpr std::size_t pieceBytes = std::size_t{256} << 10U;
    constexpr std::size_t mostWaiting = std::size_t{2} << 20U;
    constexpr Millis soon{2};
    CIRQUE_CO_TRY_ASSIGN(artifact::TreePacker packer, entry.empty()
                                                          ? artifact::TreePacker::open(folder)
                                                          : artifact::TreePacker::openEntry(folder, entry));
    std::int64_t sent = 0;
    const auto isFull = [&] {
        return out_.waiting() > mostWaiting || sent - calls_[number].inputTaken > agent::mostInput;
    };
    for (bool more = true; more;) {
        std::string piece;
        const std::function<Result<bool>()> fill = [&] { return packer.fill(piece, pieceBytes); };
        const Result<bool> filled = co_await io::offload(fill);
        CIRQUE_CO_TRY(filled);
        more = *filled;
        while (isFull() && !lost_ && !calls_[number].done && !stop.stopRequested()) {
            (void)co_await io::sleepFor(soon, stop);
        }
        if (lost_ || calls_[number].done || stop.stopRequested()) {
            co_return Result<void>(); // that is the answer; a stop is sent on by finish
        }
        out_.push(toBytes(agent::FrameKind::Input, number, piece));
        sent += std::ssize(piece);
    }
    out_.push(toBytes(agent::FrameKind::InputEnd, number, {}));
    co_return Result<void>();
}

io::Task<Result<std::string>> AgentConnection::finish(std::uint32_t number, io::StopToken stop,
                                                      CallBounds bounds) {
    const std::shared_ptr<io::Signal> changed = calls_[number].changed;
    io::StopSource answered;
    const io::StopToken token = stop;
    const Millis graceful = bounds.graceful.value_or(times_.grace + 2 * times_.answer);
    const io::StopCallback relay =
        stop.onStop([this, number, &answered, token, graceful](io::StopLevel level) {
            sendStop(number, level, token.reason());
            const Millis patience = level == io::StopLevel::Immediate ? times_.answer : graceful;
            group_.spawn(loseAfter(patience, answered.token(), std::string(silent)));
        });
    if (bounds.most) {
        group_.spawn(loseAfter(*bounds.most, answered.token(), std::string(silent)));
    }
    while (!calls_[number].done && !lost_) {
        co_await changed->wait();
    }
    answered.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    Call ended = std::move(calls_[number]);
    calls_.erase(number);
    if (ended.isStep && ended.done && ended.sink && !ended.sinkFailure) { // its daemons may still print
        Call& over = calls_[number];
        over.sink = ended.sink;
        over.done.emplace();
        over.isStep = over.over = true;
    }
    if (ended.sinkFailure) {
        co_return fail(std::move(*ended.sinkFailure));
    }
    if (!ended.done) {
        co_return fail(*lost_);
    }
    co_return std::move(*ended.done);
}

io::Task<io::ExitStatus> AgentConnection::close(Millis patience) {
    out_.end();
    io::StopSource gone;
    io::TaskGroup timer;
    co_await timer.start();
    const auto kill = [this, patience](io::StopToken ended) -> io::Task<> {
        if (co_await io::sleepFor(patience, std::move(ended))) {
            process_.signalGroup(SIGKILL);
        }
    };
    timer.spawn(kill(gone.token()));
    const io::ExitStatus status = co_await process_.wait();
    gone.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    writer_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    readers_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await group_.join();
    co_return status;
}

} // namespace cirque::exec
