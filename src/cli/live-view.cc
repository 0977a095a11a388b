// SPDX-License-Identifier: Apache-2.0
#include "cli/live-view.hh"

#include "event/journal/log-file.hh"
#include "history/expected.hh"
#include "history/layout.hh"
#include "io/process/process.hh"
#include "io/process/signals.hh"

#include <signal.h>

#include <algorithm>
#include <utility>

namespace cirque::cli {
namespace {

constexpr Millis frameEvery{34};      // less than thirty a second
constexpr Millis escapeAfter{50};     // an escape that nothing follows is the key
constexpr Millis learnAfter{300};     // a run that is over sooner needs no expectations
constexpr Millis openKeysAgain{1000}; // after the terminal was taken away

// Raises what runs beside it when the view is left or the run has ended.
struct EitherStop {
    EitherStop(io::StopToken first, io::StopToken second)
        : a_(first.onStop([this](io::StopLevel level) { source.request(level, io::StopReason::Shutdown); })),
          b_(second.onStop(
              [this](io::StopLevel level) { source.request(level, io::StopReason::Shutdown); })) {}

    io::StopSource source;

  private:
    io::StopCallback a_;
    io::StopCallback b_;
};

// As if nobody had caught the signal: where no shell could continue this program, the kernel ignores it.
void stopHere() {
    struct sigaction usual{};
    struct sigaction ours{};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &usual, &ours);
    ::raise(SIGTSTP);
    ::sigaction(SIGTSTP, &ours, nullptr);
}

} // namespace

LiveView::LiveView(report::tui::Terminal terminal, OutputQueue& queue, About about)
    : terminal_(std::move(terminal)), queue_(queue), about_(std::move(about)), tui_(options()) {}

event::Listener& LiveView::now() {
    return plain_ ? static_cast<event::Listener&>(*plain_) : tui_;
}

report::TuiListener::Options LiveView::options() {
    return {about_.colour, terminal_.size(), [this](std::string_view bytes) { queue_.push(bytes); },
            [this](const TryRef& ref, std::int64_t scroll, std::size_t count) {
                return readLog(ref, scroll, count);
            }};
}

// Reads a few KiB near the wanted lines: short enough for the loop.
report::tui::LogWindow LiveView::readLog(const TryRef& ref, std::int64_t scroll, std::size_t count) const {
    report::tui::LogWindow window;
    const int number = tui_.model().jobNumber(ref.job);
    const std::string base = history::runFolder(about_.stateDir, about_.run).log(event::logBase(number, ref));
    auto reader = event::LogReader::open(base);
    if (!reader) {
        window.problem = reader.error().code == ErrorCode::NotFound ? "" : reader.error().text();
        return window;
    }
    const auto total = reader->lineCount();
    if (!total) {
        window.problem = total.error().text();
        return window;
    }
    window.total = *total;
    const auto wanted = static_cast<std::int64_t>(count);
    window.below = std::clamp<std::int64_t>(scroll, 0, std::max<std::int64_t>(*total - wanted, 0));
    const std::int64_t first = std::max<std::int64_t>(*total - wanted - window.below, 0);
    auto lines = reader->lines(first, std::min(wanted, *total - first));
    if (!lines) {
        window.problem = lines.error().text();
        return window;
    }
    for (event::LogLine& line : *lines) {
        window.lines.push_back(std::move(line.text));
    }
    return window;
}

io::Task<> LiveView::serve(io::StopToken stop) {
    terminal_.enter();
    EitherStop either(std::move(stop), left_.token());
    io::TaskGroup group;
    co_await group.start();
    const std::function<void(int)> onNumber = [this](int number) { onSignal(number); };
    group.spawn(io::watchSignals({SIGWINCH, SIGCONT, SIGTSTP}, onNumber, either.source.token()));
    group.spawn(learnDurations(either.source.token()));
    group.spawn(draw(either.source.token()));
    if (terminal_.hasKeys()) {
        group.spawn(readKeys(either.source.token()));
    }
    co_await group.join();
}

io::Task<> LiveView::draw(io::StopToken stop) {
    while (co_await io::sleepFor(frameEvery, stop)) {
        const MonoTime time = monoNow();
        if (time - lastTyped_ >= escapeAfter) {
            tui_.settle();
        }
        // a terminal that takes nothing gets no frame: the next one shows what is true then
        if (!queue_.behind() && terminal_.isOurs()) {
            tui_.frame(time);
        }
    }
}

io::Task<> LiveView::readKeys(io::StopToken stop) {
    while (!stop.stopRequested()) {
        io::UniqueFd keys = terminal_.openKeys();
        if (keys && terminal_.isOurs()) {
            const std::function<void(std::string_view)> sink = [this](std::string_view bytes) {
                onTyped(bytes);
            };
            // ends when another job of the shell has the terminal
            (void)co_await io::readAll(std::move(keys), sink, stop);
        }
        co_await io::sleepFor(openKeysAgain, stop);
    }
}

io::Task<> LiveView::learnDurations(io::StopToken stop) {
    if (!co_await io::sleepFor(learnAfter, stop)) {
        co_return;
    }
    const auto load = [stateDir = about_.stateDir, tree = about_.tree, workflow = about_.workflow] {
        return history::loadExpected(stateDir, tree, workflow);
    };
    auto durations = co_await io::offload(load);
    if (!plain_) {
        tui_.expect(std::move(durations));
    }
}

void LiveView::onTyped(std::string_view bytes) {
    if (plain_) {
        return;
    }
    lastTyped_ = monoNow();
    for (const report::tui::Action& action : tui_.type(bytes)) {
        if (plain_) {
            return;
        }
        if (const auto* cancel = std::get_if<report::tui::CancelJob>(&action)) {
            about_.cancelJob(cancel->job);
        } else if (std::holds_alternative<report::tui::Quit>(action)) {
            quit();
        }
    }
}

void LiveView::onSignal(int number) {
    if (plain_) {
        return;
    }
    if (number == SIGTSTP) {
        tui_.hide();
        terminal_.leave();
        stopHere();
    }
    if (number != SIGWINCH) {
        terminal_.enter();
    }
    tui_.resize(terminal_.size());
}

void LiveView::quit() {
    report::PlainOptions options;
    options.colour = about_.colour;
    report::RunModel model = tui_.leave();
    terminal_.leave();
    const auto sink = [this](std::string_view text) { queue_.push(text); };
    plain_ = std::make_unique<report::PlainListener>(sink, options, std::move(model));
    queue_.push("the view was left; the run goes on, Ctrl-C cancels it\n");
    left_.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
}

void LiveView::close() {
    if (!plain_) {
        (void)tui_.leave(); // nothing, when the final screen has replaced it
    }
    terminal_.leave();
}

} // namespace cirque::cli
