// SPDX-License-Identifier: Apache-2.0
// How it is known that a service is up.
#include "agent/service-state.hh"
#include "base/assert.hh"
#include "base/text.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::agent {
namespace {

constexpr Millis longestLook{5000}; // at a socket; a program may take all the time there is
constexpr Millis leastLook{1000};   // also when the time for all of them is over meanwhile
constexpr Millis glance{200};
constexpr Millis clientPatience{2000};
constexpr std::size_t complaintBytes = 300;

// What the program of the last look printed, for the one message that may need it.
class LastWords : public Sink {
  public:
    explicit LastWords(const std::vector<std::string>& secrets) : redactor_(secrets) {}

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        keep(redactor_.apply(bytes));
        return {};
    }

    // ": " and the words, if there are any. Nothing comes after it.
    std::string said() {
        keep(redactor_.flush());
        const std::string_view words = trim(text_);
        return words.empty() ? "" : fmt::format(": {}", words);
    }

  private:
    void keep(std::string_view clean) {
        text_ += clean;
        if (text_.size() > 2 * complaintBytes) {
            text_.erase(0, text_.size() - complaintBytes);
        }
    }

    secret::Redactor redactor_; // before anything is cut off: half a secret is not known as one
    std::string text_;
};

} // namespace

io::Task<Outcome> ServiceRunner::waitReady(OnePtr one, io::StopToken stop) {
    const Millis timeout = one->service.ready ? one->service.ready->timeout : plan::Ready{}.timeout;
    const Millis interval = one->service.ready ? one->service.ready->interval : plan::Ready{}.interval;
    const MonoTime until{one->began.nanos + timeout.count() * 1'000'000};
    const std::string name = fmt::format("service '{}'", one->service.name());
    while (one->starts == 0 && !one->over && !stop.stopRequested()) {
        co_await one->changed.wait(stop);
    }
    const auto left = [until] { return Millis((until.nanos - monoNow().nanos) / 1'000'000); };
    for (bool last = false;;) {
        if (stop.stopRequested()) {
            co_return stoppedOutcome(stop, name);
        }
        if (const auto ended = firstEnd()) {
            co_return *ended;
        }
        io::NoAnswer why = co_await look(one, std::max(left(), std::min(interval, leastLook)), stop);
        const bool runs = one->leader && !one->leader->over() && !one->over;
        if (why.empty() && runs) {
            co_return Outcome::succeeded();
        }
        why = why.empty() ? "it was being started again" : why;
        const Millis rest = left();
        if (last || rest <= Millis(0)) {
            one->late =
                Outcome::failedTimeout(fmt::format("not ready within {}: {}", formatDuration(timeout), why));
            Outcome outcome = *one->late;
            outcome.message = fmt::format("{} was {}", name, outcome.message);
            co_return outcome;
        }
        last = rest <= interval; // one more look, at the very end
        (void)co_await io::sleepFor(std::min(rest, interval), stop);
    }
}

io::Task<io::NoAnswer> ServiceRunner::look(OnePtr one, Millis limit, io::StopToken stop) {
    if (!one->service.ready) {
        return askPorts(one, std::min(limit, longestLook), stop);
    }
    const auto& probe = one->service.ready->probe;
    if (std::holds_alternative<plan::ReadyExec>(probe)) {
        return askProgram(one, limit, stop);
    }
    limit = std::min(limit, longestLook);
    if (const auto* http = std::get_if<plan::ReadyHttp>(&probe)) {
        auto target = plan::parseHttpTarget(http->target);
        CIRQUE_ASSERT(target, "the plan's checks let only URLs of this machine pass");
        return host_.ask({target->at.host, target->at.port, target->path, target->authority}, limit, stop);
    }
    if (const auto* tcp = std::get_if<plan::ReadyTcp>(&probe)) {
        auto target = plan::parseTcpTarget(tcp->target);
        CIRQUE_ASSERT(target, "the plan's checks let only ports of this machine pass");
        return host_.ask({target->host, target->port, {}, {}}, limit, stop);
    }
    return lookAtLog(one);
}

io::Task<io::NoAnswer> ServiceRunner::lookAtLog(OnePtr one) {
    const std::string& text = std::get<plan::ReadyLog>(one->service.ready->probe).text;
    co_return one->log->seen() ? ""
                               : fmt::format("its output does not have '{}' in it", ellipsize(text, 100));
}

// Without a word about readiness it is up as soon as it takes connections where it says it listens.
io::Task<io::NoAnswer> ServiceRunner::askPorts(OnePtr one, Millis limit, io::StopToken stop) {
    for (const plan::ServicePort& port : one->service.ports) {
        if (port.number == 0) {
            continue;
        }
        io::HttpQuestion question{"localhost", port.number, {}, {}};
        io::NoAnswer why = co_await host_.ask(std::move(question), limit, stop);
        if (!why.empty()) {
            co_return why;
        }
    }
    co_return io::NoAnswer();
}

io::Task<io::NoAnswer> ServiceRunner::askProgram(OnePtr one, Millis limit, io::StopToken stop) {
    const auto words = std::make_shared<LastWords>(one->secrets);
    LeaderStart start;
    start.argv = one->probe->argv;
    start.env = toEnvBlock(one->probe->environment);
    start.folder = one->probe->workFolder;
    const auto running = host_.launch(std::move(start), words);
    if (!running) {
        co_return running.error().text();
    }
    const std::shared_ptr<Leader> leader = running->leader;
    const auto relay = stop.onStop([leader](io::StopLevel) { leader->stop(io::StopLevel::Immediate); });
    const MonoTime until{monoNow().nanos + limit.count() * 1'000'000};
    bool inTime = false; // it may hang because its service is gone
    while (!inTime && !one->over && monoNow().nanos < until.nanos) {
        inTime = co_await leader->waitMainEnd(std::min(limit, glance));
    }
    if (inTime && one->container) { // what the engine's client set off ends by itself
        (void)co_await leader->waitOver(clientPatience);
    }
    leader->stop(io::StopLevel::Immediate);
    (void)co_await endTree(leader, host_.grace);
    running->out->endOfStep();
    if (!inTime) {
        co_return fmt::format("its check did not end within {}{}", formatDuration(limit), words->said());
    }
    const Outcome outcome = outcomeOfEnd(*leader->mainEnd(), *one->probe);
    co_return outcome.ok() ? io::NoAnswer()
                           : fmt::format("its check says {}{}", describe(outcome), words->said());
}

} // namespace cirque::agent
