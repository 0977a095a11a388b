// SPDX-License-Identifier: Apache-2.0
#include "report/json/json.hh"

#include "event/types/json-text.hh"
#include "event/types/json.hh"

#include <fmt/format.h>

#include <iterator>

namespace cirque::report {

void JsonListener::onEvent(const event::Event& event) {
    run_ = event.run.text();
    // the last line of a log stands before the event that says that it is the last
    if (const auto* step = std::get_if<event::StepFinished>(&event.body)) {
        finish(step->ref);
    } else if (const auto* service = std::get_if<event::ServiceStopped>(&event.body)) {
        finish(service->ref);
    } else if (const auto* retry = std::get_if<event::StepRetrying>(&event.body)) {
        finish(retry->ref);
    } else if (const auto* job = std::get_if<event::JobFinished>(&event.body)) {
        finishJob(job->job);
    } else if (const auto* again = std::get_if<event::JobRetrying>(&event.body)) {
        finishJob(again->job);
    } else if (std::holds_alternative<event::RunFinished>(event.body)) {
        while (!logs_.empty()) {
            finishJob(logs_.begin()->first.job);
        }
    }
    event::appendLine(out_, event);
    flush();
}

void JsonListener::onLog(const TryRef& ref, std::string_view bytes) {
    Log& to = log(ref);
    to.splitter.feed(bytes, [&](std::string_view text, event::LineEnd end) { line(to, text, end); });
    flush();
}

JsonListener::Log& JsonListener::log(const TryRef& ref) {
    const auto [found, made] = logs_.try_emplace(ref);
    if (made) {
        std::string& head = found->second.head;
        head = fmt::format(R"({{"v":{},"run":"{}","type":"log.line",)", event::schemaVersion, run_);
        event::appendTextField(head, "job", ref.job);
        fmt::format_to(std::back_inserter(head), R"(,"step":{},"attempt":{},"try":{},"n":)", ref.step,
                       ref.attempt, ref.tryNumber);
    }
    return found->second;
}

void JsonListener::line(Log& log, std::string_view text, event::LineEnd end) {
    out_ += log.head;
    out_ += fmt::format_int(++log.lines).c_str();
    event::appendTextField(out_ += ',', "text", text);
    out_ += end == event::LineEnd::Split ? ",\"split\":true}\n" : "}\n";
}

void JsonListener::finish(const TryRef& ref) {
    if (const auto found = logs_.find(ref); found != logs_.end()) {
        Log& log = found->second;
        log.splitter.finish([&](std::string_view text, event::LineEnd end) { line(log, text, end); });
    }
}

void JsonListener::finishJob(const std::string& job) {
    for (auto at = logs_.lower_bound(TryRef{job, 0, -1, 0}); at != logs_.end() && at->first.job == job;) {
        finish(at->first);
        at = logs_.erase(at);
    }
}

void JsonListener::flush() {
    if (!out_.empty()) {
        sink_(out_);
        out_.clear();
    }
}

} // namespace cirque::report
