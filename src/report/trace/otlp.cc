// SPDX-License-Identifier: Apache-2.0
// Formats: opentelemetry-proto, collector/trace/v1 and trace/v1, and the "JSON Protobuf Encoding" of the OTLP
// specification; names of attributes: the semantic conventions for CI/CD.
#include "base/bytes.hh"
#include "report/text/text.hh"
#include "report/trace/trace.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

using history::AttemptSpan;
using history::JobSpan;
using history::Mark;
using history::Micros;
using history::ServiceSpan;
using history::ServiceStart;
using history::StepSpan;
using history::Timeline;
using history::TrySpan;

enum class Kind { Internal = 1, Server = 2 };

constexpr int statusError = 2;

void putString(JsonArray& attributes, std::string_view key, std::string_view value) {
    attributes.push_back({{"key", key}, {"value", {{"stringValue", shown(value)}}}});
}

// 64-bit numbers are texts in the JSON form of protobuf.
void putNumber(JsonArray& attributes, std::string_view key, std::int64_t value) {
    attributes.push_back({{"key", key}, {"value", {{"intValue", std::to_string(value)}}}});
}

// The values of cicd.pipeline.result and cicd.pipeline.task.run.result.
std::string_view resultOf(const Outcome& outcome) {
    switch (outcome.kind) {
    case OutcomeKind::Succeeded:
    case OutcomeKind::Cached:
        return "success";
    case OutcomeKind::Failed:
        return outcome.timeout ? "timeout" : "failure";
    case OutcomeKind::Cancelled:
    case OutcomeKind::Interrupted:
        return "cancellation";
    case OutcomeKind::Skipped:
        return "skip";
    case OutcomeKind::Infrastructure:
        return "error";
    }
    return {};
}

// A class of failures of low cardinality.
std::string errorType(const Outcome& outcome) {
    return outcome.timeout  ? "timeout"
           : outcome.oom    ? "oom"
           : outcome.signal ? fmt::format("signal-{}", *outcome.signal)
           : outcome.exit   ? fmt::format("exit-{}", *outcome.exit)
                            : std::string(toString(outcome.kind));
}

std::string traceIdOf(std::string text) {
    std::erase(text, '-');
    return text;
}

struct Span {
    std::string id;
    std::string parent;
    std::string name;
    Kind kind = Kind::Internal;
    Micros start{0};
    std::optional<Micros> end;
    std::optional<Outcome> outcome;
    std::string_view resultKey;
    JsonArray attributes;
    JsonArray events;
    JsonArray links;
};

class Writer {
  public:
    explicit Writer(const Timeline& timeline)
        : timeline_(timeline), traceId_(traceIdOf(timeline.id.text())),
          root_(spanId(timeline.id, "", 0, 0, 0)) {}

    JsonObject write() {
        run();
        for (const JobSpan& one : timeline_.jobs) {
            job(one);
        }
        JsonArray resource;
        putString(resource, "service.name", "cirque");
        putString(resource, "service.version", timeline_.version);
        putString(resource, "cicd.pipeline.name", timeline_.name);
        putString(resource, "cicd.pipeline.run.id", timeline_.id.text());
        JsonObject scope{{"scope", {{"name", "cirque"}, {"version", timeline_.version}}},
                         {"spans", std::move(spans_)}};
        JsonObject one{{"resource", {{"attributes", std::move(resource)}}},
                       {"scopeSpans", JsonArray{std::move(scope)}}};
        return {{"resourceSpans", JsonArray{std::move(one)}}};
    }

  private:
    [[nodiscard]] std::string nanos(Micros at) const {
        return std::to_string((timeline_.started.micros + at.count()) * 1000);
    }

    void put(Span span) {
        if (span.outcome) {
            putString(span.attributes, span.resultKey, resultOf(*span.outcome));
            putString(span.attributes, "cirque.outcome", toString(span.outcome->kind));
            if (span.outcome->failed()) {
                putString(span.attributes, "error.type", errorType(*span.outcome));
            }
        }
        JsonObject out{{"traceId", traceId_}, {"spanId", span.id}};
        if (!span.parent.empty()) {
            out["parentSpanId"] = span.parent;
        }
        out["name"] = shown(span.name);
        out["kind"] = static_cast<int>(span.kind);
        out["startTimeUnixNano"] = nanos(span.start);
        out["endTimeUnixNano"] = nanos(span.end.value_or(timeline_.length));
        out["attributes"] = std::move(span.attributes);
        if (!span.events.empty()) {
            out["events"] = std::move(span.events);
        }
        if (!span.links.empty()) {
            out["links"] = std::move(span.links);
        }
        JsonObject status; // left unset for what did not fail, as the conventions ask
        if (span.outcome && span.outcome->failed()) {
            status["code"] = statusError;
            status["message"] = shown(describe(*span.outcome));
        }
        out["status"] = std::move(status);
        spans_.push_back(std::move(out));
    }

    void run() {
        Span span;
        span.id = root_;
        span.name = "RUN " + timeline_.name;
        span.kind = Kind::Server;
        span.end = timeline_.length;
        span.outcome = timeline_.outcome;
        span.resultKey = "cicd.pipeline.result";
        putString(span.attributes, "cicd.pipeline.action.name", "RUN");
        putString(span.attributes, "cicd.pipeline.name", timeline_.name);
        putString(span.attributes, "cicd.pipeline.run.id", timeline_.id.text());
        if (timeline_.exitStatus) {
            putNumber(span.attributes, "cirque.exit_status", *timeline_.exitStatus);
        }
        if (timeline_.evaluation) {
            putNumber(span.attributes, "cirque.evaluation_ms", timeline_.evaluation->duration.count());
            putString(span.attributes, "cirque.evaluation_cached",
                      timeline_.evaluation->cached ? "true" : "false");
        }
        span.events = eventsOf("");
        if (const auto before = RunId::parse(timeline_.rerunOf)) {
            span.links.push_back(
                {{"traceId", traceIdOf(before->text())}, {"spanId", spanId(*before, "", 0, 0, 0)}});
        }
        put(std::move(span));
    }

    // What was said about a job; with an empty name, about the run.
    [[nodiscard]] JsonArray eventsOf(const std::string& job) const {
        JsonArray events;
        for (const Mark& mark : timeline_.marks) {
            if (mark.job != job) {
                continue;
            }
            JsonArray attributes;
            putString(attributes, "cirque.level", mark.level);
            putString(attributes, "cirque.text", mark.text);
            events.push_back({{"timeUnixNano", nanos(mark.at)},
                              {"name", toString(mark.kind)},
                              {"attributes", std::move(attributes)}});
        }
        return events;
    }

    Span task(std::string id, std::string parent, const std::string& name, const std::string& runId) const {
        Span span;
        span.id = std::move(id);
        span.parent = std::move(parent);
        span.name = name;
        span.resultKey = "cicd.pipeline.task.run.result";
        putString(span.attributes, "cicd.pipeline.task.name", name);
        putString(span.attributes, "cicd.pipeline.task.run.id", runId);
        return span;
    }

    // A job that never started has a span without length where it got its verdict, so that none is missing.
    void job(const JobSpan& job) {
        if (job.attempts.empty()) {
            Span span = task(spanId(timeline_.id, job.name, 0, 0, 0), root_, job.name, job.name + "/0");
            span.start = job.finished.value_or(timeline_.length);
            span.end = span.start;
            span.outcome = job.outcome;
            if (!job.reusedFrom.empty()) {
                putString(span.attributes, "cirque.reused_from", job.reusedFrom);
            }
            put(std::move(span));
            return;
        }
        for (const AttemptSpan& one : job.attempts) {
            attempt(job, one);
        }
    }

    void attempt(const JobSpan& job, const AttemptSpan& attempt) {
        const std::string id = spanId(timeline_.id, job.name, attempt.number, 0, 0);
        Span span = task(id, root_, job.name, fmt::format("{}/{}", job.name, attempt.number));
        span.start = attempt.start;
        span.end = attempt.end;
        span.outcome = attempt.outcome;
        putNumber(span.attributes, "cirque.attempt", attempt.number);
        putString(span.attributes, "cirque.executor", attempt.executor);
        if (attempt.queued) {
            putNumber(span.attributes, "cirque.queued_ms",
                      std::chrono::duration_cast<Millis>(attempt.start - *attempt.queued).count());
        }
        if (&attempt == &job.attempts.back()) {
            span.events = eventsOf(job.name);
        }
        put(std::move(span));
        if (attempt.provisionStart) {
            Span provision;
            provision.id = spanId(timeline_.id, job.name, attempt.number, -1, 0);
            provision.parent = id;
            provision.name = "provision";
            provision.start = *attempt.provisionStart;
            provision.end = attempt.provisionEnd ? attempt.provisionEnd : attempt.end;
            put(std::move(provision));
        }
        for (const ServiceSpan& one : attempt.services) {
            service(job, attempt, one, id);
        }
        for (const StepSpan& one : attempt.steps) {
            step(job, attempt, one, id);
        }
    }

    void service(const JobSpan& job, const AttemptSpan& attempt, const ServiceSpan& service,
                 const std::string& parent) {
        const int step = TryRef::firstService - service.index;
        const std::string id = spanId(timeline_.id, job.name, attempt.number, step, 0);
        const std::string runId = fmt::format("{}/{}/services.{}", job.name, attempt.number, service.name);
        Span span = task(id, parent, service.name, runId);
        span.end = service.end ? service.end : attempt.end;
        span.start =
            service.starts.empty() ? span.end.value_or(timeline_.length) : service.starts.front().start;
        span.outcome = service.outcome;
        putString(span.attributes, "cirque.service", service.name);
        if (const auto up = service.firstUp()) {
            putNumber(span.attributes, "cirque.up_ms",
                      std::chrono::duration_cast<Millis>(*up - span.start).count());
            if (service.outcome && service.outcome->kind == OutcomeKind::Cancelled) {
                span.outcome = Outcome::succeeded(); // it ended with its job, as it should
            }
        }
        for (const ServiceStart& one : service.starts) {
            if (one.up) {
                span.events.push_back(
                    {{"timeUnixNano", nanos(*one.up)}, {"name", "up"}, {"attributes", JsonArray{}}});
            }
        }
        const std::optional<Micros> end = span.end;
        const std::optional<Outcome> outcome = span.outcome;
        put(std::move(span));
        int number = 0;
        for (const ServiceStart& one : service.starts) {
            ++number;
            if (service.starts.size() > 1) {
                Span made = task(spanId(timeline_.id, job.name, attempt.number, step, number), id,
                                 fmt::format("{} (start {})", service.name, number),
                                 fmt::format("{}/{}", runId, number));
                made.start = one.start;
                made.end = one.end ? one.end : end;
                made.outcome = one.outcome == service.outcome ? outcome : one.outcome;
                put(std::move(made));
            }
        }
    }

    void step(const JobSpan& job, const AttemptSpan& attempt, const StepSpan& step,
              const std::string& parent) {
        const int number = step.index + 1;
        const std::string id = spanId(timeline_.id, job.name, attempt.number, number, 0);
        Span span = task(id, parent, step.name, fmt::format("{}/{}/{}", job.name, attempt.number, number));
        span.end = step.end ? step.end : attempt.end;
        span.start = step.tries.empty() ? span.end.value_or(timeline_.length) : step.tries.front().start;
        span.outcome = step.outcome;
        putNumber(span.attributes, "cirque.step", number);
        if (step.outcome && step.outcome->exit) {
            putNumber(span.attributes, "process.exit.code", *step.outcome->exit);
        }
        const std::optional<Micros> end = span.end;
        put(std::move(span));
        for (const TrySpan& one : step.tries) {
            if (step.tries.size() > 1) {
                Span made = task(spanId(timeline_.id, job.name, attempt.number, number, one.number), id,
                                 fmt::format("{} (try {})", step.name, one.number),
                                 fmt::format("{}/{}/{}/{}", job.name, attempt.number, number, one.number));
                made.start = one.start;
                made.end = one.end ? one.end : end;
                made.outcome = one.outcome;
                put(std::move(made));
            }
        }
    }

    const Timeline& timeline_;
    std::string traceId_;
    std::string root_;
    JsonArray spans_;
};

} // namespace

std::string spanId(const RunId& run, const std::string& job, int attempt, int step, int tryNumber) {
    // the job's name comes last: nothing in it can look like a number before it
    constexpr std::size_t digits = 16;
    std::string id =
        sha256Hex(fmt::format("{}/{}/{}/{}/{}", run.text(), attempt, step, tryNumber, job)).substr(0, digits);
    if (id.find_first_not_of('0') == std::string::npos) {
        id.back() = '1'; // an id of zeros is none
    }
    return id;
}

JsonObject toOtlp(const Timeline& timeline) {
    return Writer(timeline).write();
}

} // namespace cirque::report
