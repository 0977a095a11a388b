// SPDX-License-Identifier: Apache-2.0
#include "report/junit/listener.hh"

#include "io/process/fd.hh"
#include "report/junit/junit.hh"

#include <fmt/ranges.h>

#include <utility>

namespace cirque::report {
namespace {

constexpr std::size_t mostLines = 100;

} // namespace

void JunitListener::onEvent(const event::Event& event) {
    if (!summarizer_) {
        summarizer_.emplace(event.run);
    }
    summarizer_->add(event);
    if (const auto* end = std::get_if<event::StepFinished>(&event.body);
        end != nullptr && end->outcome.ok()) {
        if (const auto tail = tails_.find(end->ref); tail != tails_.end()) {
            tail->second.shrink();
        }
    } else if (const auto* again = std::get_if<event::StepRetrying>(&event.body)) {
        tails_.erase(again->ref); // the next try tells
        lastRef_ = nullptr;
    }
}

void JunitListener::onLog(const TryRef& ref, std::string_view bytes) {
    if (ref.step < 0) {
        return;
    }
    if (lastRef_ == nullptr || *lastRef_ != ref) {
        const auto found = tails_.try_emplace(ref).first;
        lastRef_ = &found->first;
        lastTail_ = &found->second;
    }
    lastTail_->add(bytes);
}

Result<void> JunitListener::finish() {
    if (!summarizer_) {
        return {};
    }
    const history::RunSummary run = std::move(*summarizer_).take(false);
    summarizer_.reset();
    const StepOutput output = [&](const history::JobSummary& job, std::size_t step) -> std::string {
        const history::StepSummary& of = job.steps[step];
        if (of.tries.empty()) {
            return {};
        }
        const history::TrySummary& last = of.tries.back();
        const auto tail = tails_.find({job.name, last.attempt, static_cast<int>(step), last.number});
        return tail == tails_.end() ? std::string()
                                    : fmt::format("{}", fmt::join(tail->second.lastLines(mostLines), "\n"));
    };
    auto written = io::writeNamedFile(path_, toJunit(run, output));
    return written ? Result<void>{}
                   : fail(std::move(written).error().within("while writing the JUnit report"));
}

} // namespace cirque::report
