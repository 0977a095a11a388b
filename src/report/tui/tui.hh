// SPDX-License-Identifier: Apache-2.0
// The live view of a terminal: a block of lines at its bottom that shows what goes on, and above it what has
// ended, as text that stays. It draws only when it is told to and only what changed, so that a run is not
// slowed down. Knows no terminal: bytes come in and go out.
#pragma once

#include "event/bus/listener.hh"
#include "report/tui/layout.hh"
#include "report/tui/screen.hh"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

class TuiListener : public event::Listener {
  public:
    struct Options {
        bool colour = false;
        tui::Size size;
        std::function<void(std::string_view)> write; // to the terminal; must not throw
        // Lines of a try's log, `scroll` lines before its end, at most `count`. May read files.
        std::function<tui::LogWindow(const TryRef& ref, std::int64_t scroll, std::size_t count)> log;
    };

    explicit TuiListener(Options options) : options_(std::move(options)), screen_(options_.colour) {}

    void onEvent(const event::Event& event) override;

    void onLog(const TryRef& ref, std::string_view bytes) override { model_.log(ref, bytes); }

    // Draws, when anything shown has changed since the last call. Call at most 30 times a second, and only
    // while the terminal takes bytes.
    void frame(MonoTime now);

    // What was typed. Cancelling a job and leaving the view is the caller's.
    std::vector<tui::Action> type(std::string_view bytes);
    // Nothing was typed for a while.
    void settle();
    void resize(tui::Size size);

    void expect(std::unordered_map<std::string, Millis> durations) { model_.expect(std::move(durations)); }

    // Takes the block away until the next frame: the terminal is someone else's meanwhile.
    void hide();

    // Takes the block away; nothing is drawn from then on. The model for whoever goes on showing the run.
    RunModel leave();

    [[nodiscard]] const RunModel& model() const { return model_; }

    // What stands in the block.
    [[nodiscard]] const std::vector<tui::Line>& lines() const { return screen_.lines(); }

    [[nodiscard]] std::int64_t frames() const { return frames_; } // drawn so far

  private:
    std::vector<tui::Action> press(const std::vector<tui::Key>& keys);
    [[nodiscard]] bool isDue(MonoTime now) const;
    void end(const event::Event& event, const event::RunFinished& body);
    void lookAtLog();

    Options options_;
    RunModel model_;
    tui::Browse browse_;
    tui::Screen screen_;
    tui::KeyDecoder keys_;
    tui::LogWindow log_;
    std::vector<std::string> above_; // since the last frame
    std::size_t leftOut_ = 0;        // of them, because they were too many
    bool changed_ = true;            // what the model does not count: keys, the size
    bool over_ = false;
    std::uint64_t drawnVersion_ = 0;
    std::int64_t drawnPhase_ = -1;
    std::int64_t frames_ = 0;
};

} // namespace cirque::report
