// SPDX-License-Identifier: Apache-2.0
#include "report/plain/plain.hh"

#include "report/text/text.hh"

#include <fmt/format.h>

namespace cirque::report {
namespace {

std::string ofMany(int number, int of) {
    return of > 1 ? fmt::format("{} of {}", number, of) : fmt::format("{}", number);
}

} // namespace

PlainListener::PlainListener(Sink sink, PlainOptions options) : sink_(std::move(sink)), options_(options) {}

void PlainListener::onEvent(const event::Event& event) {
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
            say(ref.job, stepName(ref),
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

PlainListener::Job* PlainListener::job(const std::string& name) {
    const auto found = byName_.find(name);
    return found == byName_.end() ? nullptr : &jobs_[found->second];
}

std::string PlainListener::stepName(const TryRef& ref) const {
    if (ref.step < 0) {
        return {};
    }
    const auto found = byName_.find(ref.job);
    const auto step = static_cast<std::size_t>(ref.step);
    const bool known = found != byName_.end() && step < jobs_[found->second].steps.size();
    const std::string name = known ? jobs_[found->second].steps[step] : std::string();
    return name.empty() ? fmt::format("{}", ref.step + 1) : name;
}

Stream& PlainListener::stream(const TryRef& ref) {
    if (lastStream_ != nullptr && *lastRef_ == ref) {
        return *lastStream_;
    }
    auto found = streams_.find(ref);
    if (found == streams_.end()) {
        const std::string_view mark = ended_.contains(ref) ? ", after its end" : "";
        found = streams_.try_emplace(ref, prefix(ref.job, stepName(ref), mark), options_.colour).first;
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
    return painted(dim, fmt::format("[{}{}]", shown(name), mark)) + ' ';
}

void PlainListener::say(std::string_view job, std::string_view step, std::string_view text) {
    out_ += job.empty() ? "" : prefix(job, step);
    out_ += text;
    out_ += '\n';
}

std::string PlainListener::painted(std::string_view colour, std::string_view text) const {
    return options_.colour ? fmt::format("{}{}{}", colour, text, plainAgain) : std::string(text);
}

std::string PlainListener::words(const Outcome& outcome, bool tolerated) const {
    return painted(colourOf(outcome, tolerated), shown(inWords(outcome)) + (tolerated ? " (tolerated)" : ""));
}

void PlainListener::on(const event::Event& event, const event::RunStarted& body) {
    runName_ = body.name;
    runStart_ = event.mono;
    say("", "", fmt::format("run {} of {} ({})", event.run.text(), shown(body.name), shown(body.workflow)));
}

void PlainListener::on(const event::Event&, const event::JobsAdded& body) {
    for (const event::JobInfo& info : body.jobs) {
        if (byName_.try_emplace(info.name, jobs_.size()).second) {
            Job& made = jobs_.emplace_back();
            made.name = info.name;
            made.steps = info.steps;
        }
    }
    if (!body.by.empty()) {
        say(body.by, "", fmt::format("adds {} job{}", body.jobs.size(), body.jobs.size() == 1 ? "" : "s"));
    }
}

void PlainListener::on(const event::Event& event, const event::JobStarted& body) {
    if (Job* owner = job(body.job); owner != nullptr && !owner->started) {
        owner->started = event.mono;
    }
    say(body.job, "", body.attempt > 1 ? fmt::format("started, attempt {}", body.attempt) : "started");
}

void PlainListener::on(const event::Event&, const event::JobRetrying& body) {
    endStreams(body.job);
    failed_.erase(failed_.lower_bound({body.job, -1}), failed_.upper_bound({body.job, INT32_MAX}));
    say(body.job, "",
        fmt::format("attempt {} {}; the next one in {}", ofMany(body.attempt, body.of), words(body.outcome),
                    formatDuration(body.delay)));
}

void PlainListener::on(const event::Event& event, const event::JobFinished& body) {
    endStreams(body.job);
    std::string took;
    if (Job* owner = job(body.job)) {
        owner->outcome = body.outcome;
        owner->tolerated = body.tolerated;
        if (owner->started) {
            owner->duration = event.mono - *owner->started;
            took = fmt::format(" after {}", formatDuration(owner->duration));
        }
    }
    if (!body.outcome.failed()) {
        failed_.erase(failed_.lower_bound({body.job, -1}), failed_.upper_bound({body.job, INT32_MAX}));
    }
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
    if (Job* owner = job(body.ref.job)) {
        const auto step = static_cast<std::size_t>(std::max(body.ref.step, 0));
        if (step < owner->steps.size()) {
            owner->steps[step] = body.name;
        }
    }
    Stream& made = stream(body.ref);
    made.started = event.mono;
    made.lastOutput = event.mono;
    say(body.ref.job, stepName(body.ref),
        body.ref.tryNumber > 1 ? fmt::format("started, try {}", body.ref.tryNumber) : "started");
}

void PlainListener::on(const event::Event&, const event::StepRetrying& body) {
    endStream(body.ref);
    ended_.insert(body.ref);
    say(body.ref.job, stepName(body.ref),
        fmt::format("try {} {}; the next one in {}", ofMany(body.ref.tryNumber, body.of), words(body.outcome),
                    formatDuration(body.delay)));
}

void PlainListener::on(const event::Event&, const event::StepFinished& body) {
    const std::string name = body.name.empty() ? stepName(body.ref) : body.name;
    if (body.outcome.failed()) {
        auto lines = stream(body.ref).lastLines(options_.lastLines);
        if (failed_.size() >= options_.failuresInFull) {
            lines.clear();
        }
        failed_.insert_or_assign({body.ref.job, body.ref.step},
                                 Failure{name, body.outcome, std::move(lines)});
    }
    endStream(body.ref);
    ended_.insert(body.ref);
    const bool ran = body.outcome.kind != OutcomeKind::Skipped;
    say(body.ref.job, name,
        words(body.outcome) + (ran ? fmt::format(" after {}", formatDuration(body.duration)) : ""));
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
    const std::string_view colour = body.level == "error" ? red : body.level == "warning" ? yellow : dim;
    say(body.job, "", painted(colour, shown(body.level) + ":") + ' ' + shown(body.message));
    if (!body.hint.empty()) {
        say(body.job, "", "hint: " + shown(body.hint));
    }
}

void PlainListener::on(const event::Event&, const event::CancelRequested& body) {
    say("", "",
        painted(yellow,
                fmt::format("cancelling ({}): {}", shown(body.reason),
                            body.immediate ? "everything ends at once"
                                           : "what runs is stopped, then cleanup steps get their time")));
}

} // namespace cirque::report
