// SPDX-License-Identifier: Apache-2.0
#include "report/tui/tui.hh"

#include "report/finish/finish.hh"
#include "report/tui/story.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::report {
namespace {

constexpr std::size_t mostAbove = 2000; // lines between two frames

} // namespace

void TuiListener::onEvent(const event::Event& event) {
    model_.add(event);
    if (over_) {
        return;
    }
    for (std::string& line : tui::storyOf(event, model_, options_.colour)) {
        if (above_.size() < mostAbove) {
            above_.push_back(std::move(line));
        } else {
            ++leftOut_;
        }
    }
    if (const auto* body = std::get_if<event::RunFinished>(&event.body)) {
        end(event, *body);
    }
}

void TuiListener::end(const event::Event& event, const event::RunFinished& body) {
    over_ = true;
    std::string out = screen_.leave();
    for (const std::string& line : above_) {
        out += line + '\n';
    }
    above_.clear();
    const FinishOptions options{.colour = options_.colour, .columns = options_.size.columns};
    options_.write(out + finalScreen(model_, event, body, options));
}

bool TuiListener::isDue(MonoTime now) const {
    return changed_ || !above_.empty() || model_.version() != drawnVersion_ ||
           tui::spinnerPhase(now) != drawnPhase_;
}

void TuiListener::lookAtLog() {
    log_ = {};
    if (!browse_.expanded) {
        return;
    }
    const auto ref = tui::logOf(model_, *browse_.expanded);
    if (!ref) {
        log_.problem = "it has not begun";
        return;
    }
    log_ = options_.log(*ref, browse_.scroll, tui::logRows(options_.size));
    // from here a page down must show the next lines, however far the keys went
    browse_.scroll = log_.below;
}

void TuiListener::frame(MonoTime now) {
    if (over_ || !isDue(now)) {
        return;
    }
    if (changed_ || model_.version() != drawnVersion_) {
        lookAtLog();
    }
    if (leftOut_ > 0) {
        above_.push_back(fmt::format("… and {} more; `cirque show` has them all", leftOut_));
        leftOut_ = 0;
    }
    const std::vector<tui::Line> lines = tui::layout(model_, browse_, log_, options_.size, now);
    if (const std::string bytes = screen_.update(lines, above_); !bytes.empty()) {
        options_.write(bytes);
        ++frames_;
    }
    above_.clear();
    changed_ = false;
    drawnVersion_ = model_.version();
    drawnPhase_ = tui::spinnerPhase(now);
}

std::vector<tui::Action> TuiListener::press(const std::vector<tui::Key>& keys) {
    std::vector<tui::Action> actions;
    const auto page = static_cast<std::int64_t>(tui::logRows(options_.size));
    for (const tui::Key& key : keys) {
        tui::Action action = tui::press(browse_, model_, key, page);
        if (!std::holds_alternative<std::monostate>(action)) {
            actions.push_back(std::move(action));
        }
        changed_ = true;
    }
    return actions;
}

std::vector<tui::Action> TuiListener::type(std::string_view bytes) {
    return press(keys_.feed(bytes));
}

void TuiListener::settle() {
    if (keys_.waiting()) {
        static_cast<void>(press(keys_.settle())); // an escape asks nothing of the run
    }
}

void TuiListener::resize(tui::Size size) {
    options_.size = size;
    screen_.resize(size);
    changed_ = true;
}

void TuiListener::hide() {
    if (const std::string bytes = screen_.leave(); !bytes.empty()) {
        options_.write(bytes);
    }
    changed_ = true;
}

RunModel TuiListener::leave() {
    over_ = true;
    std::string out = screen_.leave();
    for (const std::string& line : above_) {
        out += line + '\n';
    }
    above_.clear();
    if (!out.empty()) {
        options_.write(out);
    }
    return std::move(model_);
}

} // namespace cirque::report
