// SPDX-License-Identifier: Apache-2.0
#include "report/plain/plain.hh"

#include "report/finish/finish.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

namespace cirque::report {
namespace {

std::string ofMany(int number, int of) {
    return of > 1 ? fmt::format("{} of {}", number, of) : fmt::format("{}", number);
}

} // namespace

PlainListener::PlainListener(Sink sink, PlainOptions options, RunModel model)
    : sink_(std::move(sink)), options_(options), model_(std::move(model)) {}

void PlainListener::onEvent(const event::Event& event) {
    model_.add(event);
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { this->on(event, body); }) {
                on(event, body);
            }
        },
        event.body);
    flush();
}

void PlainListener::onLog(const TryRef& ref, std::string_view bytes) {
    Stream& to = stream(ref);
    to.spoke = true;
    to.feed(out_, bytes);
    model_.log(ref, bytes);
    flush();
}

void PlainListener::onTick(MonoTime now) {
    for (auto& [ref, one] : streams_) {
        if (one.spoke || !one.started) {
            one.spoke = false;
            one.lastOutput = now;
            one.lastBeat.reset();
            continue;
        }
        const Millis silent = now - one.lastOutput;
        const bool due =
            one.lastBeat ? now - *one.lastBeat >= options_.heartbeatEvery : silent >= options_.heartbeatAfter;
        if (due) {
            one.lastBeat = now;
            say(ref.job, model_.stepName(ref),
                fmt::format("still running, {}, no output for {}", formatDuration(now - *one.started),
                            formatDuration(silent)));
        }
    }
    flush();
}

void PlainListener::flush() {
    if (!out_.empty()) {
        sink_(out_);
        out_.clear();
    }
}

Stream& PlainListener::stream(const TryRef& ref) {
    if (lastStream_ != nullptr && *lastRef_ == ref) {
        return *lastStream_;
    }
    auto found = streams_.find(ref);
    if (found == streams_.end()) {
        const std::string_view mark = ended_.contains(ref) ? ", after its end" : "";
        found = streams_.try_emplace(ref, prefix(ref.job, model_.stepName(ref), mark), options_.colour).first;
    }
    lastRef_ = &found->first;
    lastStream_ = &found->second;
    return *lastStream_;
}

void PlainListener::endStream(const TryRef& ref) {
    if (const auto found = streams_.find(ref); found != streams_.end()) {
        found->second.finish(out_);
        streams_.erase(found);
        lastStream_ = nullptr;
    }
}

void PlainListener::endStreams(const std::string& job) {
    const auto first = [&](auto& tries) { return tries.lower_bound(TryRef{job, 0, -1, 0}); };
    for (auto at = first(streams_); at != streams_.end() && at->first.job == job;) {
        at->second.finish(out_);
        at = streams_.erase(at);
    }
    lastStream_ = nullptr;
    for (auto at = first(ended_); at != ended_.end() && at->job == job;) {
        at = ended_.erase(at);
    }
}

std::string PlainListener::prefix(std::string_view job, std::string_view step, std::string_view mark) const {
    const std::string name = step.empty() ? std::string(job) : fmt::format("{}/{}", job, step);
    return paint(Style::Dim, fmt::format("[{}{}]", shown(name), mark), options_.colour) + ' ';
}

void PlainListener::say(std::string_view job, std::string_view step, std::string_view text) {
    out_ += job.empty() ? "" : prefix(job, step);
    out_ += text;
    out_ += '\n';
}

std::string PlainListener::words(const Outcome& outcome, bool tolerated) const {
    return paint(styleOf(outcome, tolerated), shown(inWords(outcome)) + (tolerated ? " (tolerated)" : ""),
                 options_.colour);
}

void PlainListener::on(const event::Event& event, const event::RunStarted& body) {
    say("", "", fmt::format("run {} of {} ({})", event.run.text(), shown(body.name), shown(body.workflow)));
}

void PlainListener::on(const event::Event&, const event::JobsAdded& body) {
    if (!body.by.empty()) {
        say(body.by, "", "adds " + countOf(body.jobs.size(), "job"));
    }
}

void PlainListener::on(const event::Event&, const event::JobStarted& body) {
    say(body.job, "", body.attempt > 1 ? fmt::format("started, attempt {}", body.attempt) : "started");
}

void PlainListener::on(const event::Event&, const event::JobRetrying& body) {
    endStreams(body.job);
    say(body.job, "",
        fmt::format("attempt {} {}; the next one in {}", ofMany(body.attempt, body.of), words(body.outcome),
                    formatDuration(body.delay)));
}

void PlainListener::on(const event::Event&, const event::JobFinished& body) {
    endStreams(body.job);
    const JobModel* owner = model_.find(body.job);
    const std::string took = owner != nullptr && owner->started
                                 ? fmt::format(" after {}", formatDuration(owner->duration))
                                 : std::string();
    say(body.job, "", words(body.outcome, body.tolerated) + took);
    if (!body.outcome.hint.empty()) {
        say(body.job, "", "hint: " + shown(body.outcome.hint));
    }
}

void PlainListener::on(const event::Event& event, const event::ProvisionStarted& body) {
    Stream& setup = stream({body.job, body.attempt, -1, 1});
    setup.started = event.mono;
    setup.lastOutput = event.mono;
}

void PlainListener::on(const event::Event&, const event::ProvisionFinished& body) {
    endStream({body.job, body.attempt, -1, 1});
    constexpr Millis notable{1000};
    if (body.duration >= notable) {
        say(body.job, "", fmt::format("tools ready after {}", formatDuration(body.duration)));
    }
}

void PlainListener::on(const event::Event& event, const event::StepStarted& body) {
    Stream& made = stream(body.ref);
    made.started = event.mono;
    made.lastOutput = event.mono;
    say(body.ref.job, model_.stepName(body.ref),
        body.ref.tryNumber > 1 ? fmt::format("started, try {}", body.ref.tryNumber) : "started");
}

void PlainListener::on(const event::Event&, const event::StepRetrying& body) {
    endStream(body.ref);
    ended_.insert(body.ref);
    say(body.ref.job, model_.stepName(body.ref),
        fmt::format("try {} {}; the next one in {}", ofMany(body.ref.tryNumber, body.of), words(body.outcome),
                    formatDuration(body.delay)));
}

void PlainListener::on(const event::Event&, const event::StepFinished& body) {
    const std::string name = body.name.empty() ? model_.stepName(body.ref) : body.name;
    endStream(body.ref);
    ended_.insert(body.ref);
    const bool ran = body.outcome.kind != OutcomeKind::Skipped;
    say(body.ref.job, name,
        words(body.outcome) + (ran ? fmt::format(" after {}", formatDuration(body.duration)) : ""));
}

void PlainListener::on(const event::Event&, const event::ServiceReady& body) {
    say(body.ref.job, body.name, fmt::format("ready after {}", formatDuration(body.duration)));
}

void PlainListener::on(const event::Event&, const event::ServiceStopped& body) {
    endStream(body.ref);
    ended_.insert(body.ref);
}

void PlainListener::on(const event::Event&, const event::ArtifactSaved& body) {
    say(body.job, "",
        fmt::format("saved artifact {} from {}: {} file{}, {}", shown(body.name), shown(body.path),
                    body.files, body.files == 1 ? "" : "s", formatBytes(body.bytes)));
}

void PlainListener::on(const event::Event&, const event::ArtifactRestored& body) {
    say(body.job, "", fmt::format("restored artifact {} to {}", shown(body.name), shown(body.path)));
}

void PlainListener::on(const event::Event&, const event::Notice& body) {
    const Style style = body.level == "error"     ? Style::Red
                        : body.level == "warning" ? Style::Yellow
                                                  : Style::Dim;
    say(body.job, "", paint(style, shown(body.level) + ":", options_.colour) + ' ' + shown(body.message));
    if (!body.hint.empty()) {
        say(body.job, "", "hint: " + shown(body.hint));
    }
}

void PlainListener::on(const event::Event&, const event::CancelRequested& body) {
    const std::string text =
        fmt::format("cancelling ({}): {}", shown(body.reason),
                    body.immediate ? body.job.empty() ? "everything ends at once" : "it ends at once"
                                   : "what runs is stopped, then cleanup steps get their time");
    say(body.job, "", paint(Style::Yellow, text, options_.colour));
}

void PlainListener::on(const event::Event& event, const event::RunFinished& body) {
    for (auto& [ref, one] : streams_) {
        one.finish(out_);
    }
    streams_.clear();
    lastStream_ = nullptr;
    out_ += finalScreen(model_, event, body, {.colour = options_.colour});
}

} // namespace cirque::report
