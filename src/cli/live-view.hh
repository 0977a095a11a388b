// SPDX-License-Identifier: Apache-2.0
// The live view of a run on the terminal this program was started from: brings together the view
// (report/tui), the terminal, the keys, and the run they may cancel. After q it goes on in plain lines.
#pragma once

#include "cli/output-queue.hh"
#include "event/bus/listener.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/task.hh"
#include "report/plain/plain.hh"
#include "report/tui/terminal.hh"
#include "report/tui/tui.hh"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cirque::cli {

class LiveView : public event::Listener {
  public:
    struct About {
        bool colour = false;
        std::string stateDir;
        RunId run;
        std::string tree;
        std::string workflow;
        std::function<bool(std::string_view job)> cancelJob;
    };

    // `queue` leads to the terminal and outlives the view.
    LiveView(report::tui::Terminal terminal, OutputQueue& queue, About about);

    void onEvent(const event::Event& event) override { now().onEvent(event); }

    void onLog(const TryRef& ref, std::string_view bytes) override { now().onLog(ref, bytes); }

    void onTick(MonoTime time) override { now().onTick(time); }

    // Draws and listens to keys until `stop` rises.
    io::Task<> serve(io::StopToken stop);

    // Takes what is live away and gives the terminal back. After what the queue holds was written, or when
    // it never will be.
    void close();

  private:
    [[nodiscard]] event::Listener& now();
    [[nodiscard]] report::TuiListener::Options options();
    [[nodiscard]] report::tui::LogWindow readLog(const TryRef& ref, std::int64_t scroll,
                                                 std::size_t count) const;
    io::Task<> draw(io::StopToken stop);
    io::Task<> readKeys(io::StopToken stop);
    io::Task<> learnDurations(io::StopToken stop);
    void onTyped(std::string_view bytes);
    void onSignal(int number);
    void quit();

    report::tui::Terminal terminal_;
    OutputQueue& queue_;
    About about_;
    report::TuiListener tui_;
    std::unique_ptr<report::PlainListener> plain_; // after q
    io::StopSource left_;                          // raised by q
    MonoTime lastTyped_;
};

} // namespace cirque::cli
