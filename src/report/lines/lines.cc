// SPDX-License-Identifier: Apache-2.0
// From events to records.
#include "report/lines/lines.hh"

#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cirque::report {
namespace {

constexpr std::string_view begins = "▶";
constexpr std::string_view starts = "→";
constexpr std::string_view good = "✓";
constexpr std::string_view bad = "✗";
constexpr std::string_view left = "⊘";
constexpr std::string_view late = "⏱";

using Details = std::vector<std::pair<std::string, std::string>>;

std::string text(std::int64_t number) {
    return fmt::format("{}", number);
}

std::string seconds(Millis duration) {
    return fmt::format("{}.{:03}s", duration.count() / 1000, duration.count() % 1000);
}

// What an outcome says in numbers.
void addOutcome(Details& details, const Outcome& outcome) {
    if (outcome.exit) {
        details.emplace_back("exit_code", text(*outcome.exit));
    }
    if (outcome.signal) {
        details.emplace_back("signal", text(*outcome.signal));
    }
    if (!outcome.ok() && !outcome.message.empty()) {
        details.emplace_back("reason", outcome.message);
    }
}

std::string_view markOf(const Outcome& outcome) {
    return outcome.timeout ? late : outcome.ok() ? good : outcome.failed() ? bad : left;
}

// One record or none for each kind of event.
class Recorder {
  public:
    Recorder(const RunModel& model, LineRecord& record) : model_(model), record_(record) {}

    bool on(const event::RunStarted& body) {
        return say(begins, "Workflow starting", {{"run", model_.run().text()}, {"source", body.workflow}});
    }

    bool on(const event::JobStarted& body) {
        record_.job = body.job;
        Details details{{"executor", body.executor}};
        if (body.attempt > 1) {
            details.emplace_back("attempt", text(body.attempt));
        }
        return say(begins, "Job starting", std::move(details));
    }

    bool on(const event::JobRetrying& body) {
        record_.job = body.job;
        return retry(body.attempt, body.of, body.delay, body.outcome);
    }

    bool on(const event::JobFinished& body) {
        record_.job = body.job;
        Details details;
        if (!body.reusedFrom.empty()) {
            details.emplace_back("from_run", body.reusedFrom);
        }
        if (body.outcome.kind == OutcomeKind::Skipped) {
            return say(left, "Skipped", {{"reason", describe(body.outcome)}});
        }
        addOutcome(details, body.outcome);
        if (body.tolerated) {
            details.emplace_back("continue_on_error", "true");
            return say(bad, "Continuing despite failure", std::move(details));
        }
        return say(markOf(body.outcome),
                   body.outcome.failed() ? "Job failed" : fmt::format("Job {}", toString(body.outcome.kind)),
                   std::move(details));
    }

    bool on(const event::StepStarted& body) {
        step(body.ref);
        return say(starts, "Starting",
                   body.ref.tryNumber > 1 ? Details{{"attempt", text(body.ref.tryNumber)}} : Details{});
    }

    bool on(const event::StepRetrying& body) {
        step(body.ref);
        return retry(body.ref.tryNumber, body.of, body.delay, body.outcome);
    }

    bool on(const event::StepFinished& body) {
        step(body.ref);
        if (body.outcome.kind == OutcomeKind::Skipped) {
            return say(left, "Skipped", {{"reason", describe(body.outcome)}});
        }
        Details details{{"duration", seconds(body.duration)}};
        if (body.outcome.ok()) {
            details.emplace_back("exit_code", "0");
        }
        addOutcome(details, body.outcome);
        const std::string_view message = body.outcome.ok()       ? "Completed"
                                         : body.outcome.timeout  ? "Timeout reached"
                                         : body.outcome.failed() ? "Failed"
                                                                 : "Cancelled";
        return say(markOf(body.outcome), std::string(message), std::move(details));
    }

    bool on(const event::ServiceStarted& body) {
        step(body.ref);
        return say(starts, "Service starting",
                   body.start > 1 ? Details{{"start", text(body.start)}} : Details{});
    }

    bool on(const event::ServiceReady& body) {
        step(body.ref);
        return say(good, "Service ready", {{"duration", seconds(body.duration)}});
    }

    bool on(const event::ServiceStopped& body) {
        step(body.ref);
        Details details;
        addOutcome(details, body.outcome);
        return say(body.outcome.failed() ? bad : left,
                   body.outcome.kind == OutcomeKind::Cancelled ? "Service stopped" : "Service ended",
                   std::move(details));
    }

    bool on(const event::ArtifactSaved& body) {
        record_.job = body.job;
        return say(good, "Saved",
                   {{"artifact", body.name}, {"path", body.path}, {"size", formatBytes(body.bytes)}});
    }

    bool on(const event::ArtifactRestored& body) {
        record_.job = body.job;
        return say(good, "Restored", {{"artifact", body.name}, {"path", body.path}});
    }

    bool on(const event::Notice& body) {
        record_.job = body.job;
        return say({}, body.level + ": " + body.message,
                   body.hint.empty() ? Details{} : Details{{"hint", body.hint}});
    }

    bool on(const event::CancelRequested& body) {
        record_.job = body.job;
        return say(left, body.job.empty() ? "Workflow cancelled" : "Job cancelled",
                   {{"reason", body.reason}});
    }

    bool on(const event::RunFinished& body) {
        std::vector<std::string> failed;
        for (const JobModel& job : model_.jobs()) {
            if (job.bad()) {
                failed.push_back(job.name);
            }
        }
        Details details;
        if (!failed.empty()) {
            details.emplace_back("failed_jobs", fmt::format("{}", fmt::join(failed, " ")));
        }
        addOutcome(details, body.outcome);
        details.emplace_back("exit_status", text(body.exitStatus));
        return say(markOf(body.outcome),
                   body.outcome.ok()       ? "Workflow completed successfully"
                   : body.outcome.failed() ? "Workflow failed"
                                           : "Workflow cancelled",
                   std::move(details));
    }

  private:
    void step(const TryRef& ref) {
        record_.job = ref.job;
        record_.action = model_.stepName(ref);
    }

    bool retry(int number, int of, Millis delay, const Outcome& outcome) {
        Details details{{"attempt", fmt::format("{}/{}", number, of)},
                        {"next_attempt", text(number + 1)},
                        {"delay", formatDuration(delay)}};
        addOutcome(details, outcome);
        return say(markOf(outcome), "Retrying", std::move(details));
    }

    bool say(std::string_view event, std::string message, Details details) {
        record_.event = event;
        record_.message = std::move(message);
        record_.details = std::move(details);
        return true;
    }

    const RunModel& model_;
    LineRecord& record_;
};

} // namespace

void LineListener::onEvent(const event::Event& event) {
    model_.add(event);
    // the last line of a step stands before the record of its end
    if (const auto* step = std::get_if<event::StepFinished>(&event.body)) {
        finish(step->ref);
    } else if (const auto* service = std::get_if<event::ServiceStopped>(&event.body)) {
        finish(service->ref);
    } else if (const auto* again = std::get_if<event::StepRetrying>(&event.body)) {
        finish(again->ref);
    } else if (const auto* job = std::get_if<event::JobFinished>(&event.body)) {
        finishJob(job->job);
    } else if (const auto* retried = std::get_if<event::JobRetrying>(&event.body)) {
        finishJob(retried->job);
    }
    LineRecord record;
    record.time = event.time;
    record.workflow = model_.name();
    Recorder recorder(model_, record);
    const bool any = std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { recorder.on(body); }) {
                return recorder.on(body);
            } else {
                return false;
            }
        },
        event.body);
    if (any) {
        appendRecord(out_, record, format_);
    }
    flush();
}

void LineListener::onLog(const TryRef& ref, std::string_view bytes) {
    splitters_[ref].feed(bytes, [&](std::string_view line, event::LineEnd /*end*/) { output(ref, line); });
    flush();
}

void LineListener::output(const TryRef& ref, std::string_view line) {
    LineRecord record;
    record.time = wallNow();
    record.workflow = model_.name();
    record.job = ref.job;
    record.action = model_.stepName(ref);
    record.message = line;
    record.output = true;
    appendRecord(out_, record, format_);
}

void LineListener::finish(const TryRef& ref) {
    if (const auto found = splitters_.find(ref); found != splitters_.end()) {
        found->second.finish([&](std::string_view line, event::LineEnd /*end*/) { output(ref, line); });
        splitters_.erase(found);
    }
}

void LineListener::finishJob(const std::string& job) {
    for (auto at = splitters_.lower_bound(TryRef{job, 0, -1, 0});
         at != splitters_.end() && at->first.job == job; at = splitters_.erase(at)) {
        const TryRef ref = at->first;
        at->second.finish([&](std::string_view line, event::LineEnd /*end*/) { output(ref, line); });
    }
}

void LineListener::flush() {
    if (!out_.empty()) {
        sink_(out_);
        out_.clear();
    }
}

} // namespace cirque::report
