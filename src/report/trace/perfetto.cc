// SPDX-License-Identifier: Apache-2.0
// The format: "Trace Event Format", the JSON object form. Slices of one track nest by their times.
#include "report/text/text.hh"
#include "report/trace/trace.hh"

#include <fmt/format.h>

#include <map>

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

constexpr int process = 1;
constexpr int runTrack = 0; // jobs have their numbers, from 1

JsonObject argsOf(const std::optional<Outcome>& outcome) {
    JsonObject args;
    if (outcome) {
        args["outcome"] = toString(outcome->kind);
        args["words"] = shown(inWords(*outcome));
    }
    return args;
}

class Writer {
  public:
    explicit Writer(const Timeline& timeline)
        : timeline_(timeline), nextTrack_(static_cast<int>(timeline.jobs.size()) + 1) {}

    JsonObject write() {
        name("process_name", runTrack, timeline_.name);
        name("thread_name", runTrack, "run");
        JsonObject args = argsOf(timeline_.outcome);
        args["run"] = timeline_.id.text();
        if (timeline_.evaluation) {
            args["evaluationMs"] = timeline_.evaluation->duration.count();
            args["evaluationCached"] = timeline_.evaluation->cached;
        }
        slice(runTrack, "run", shown(timeline_.name), Micros(0), timeline_.length, std::move(args));
        for (const JobSpan& one : timeline_.jobs) {
            job(one);
        }
        for (const Mark& one : timeline_.marks) {
            mark(one);
        }
        return {{"displayTimeUnit", "ms"},
                {"otherData",
                 {{"run", timeline_.id.text()},
                  {"workflow", shown(timeline_.workflow)},
                  {"started", toIso8601(timeline_.started)},
                  {"cirque", timeline_.version}}},
                {"traceEvents", std::move(events_)}};
    }

  private:
    void name(std::string_view what, int track, std::string_view text) {
        events_.push_back({{"ph", "M"},
                           {"name", what},
                           {"pid", process},
                           {"tid", track},
                           {"args", {{"name", shown(text)}}}});
    }

    void slice(int track, std::string_view category, std::string_view text, Micros from,
               std::optional<Micros> to, JsonObject args) {
        events_.push_back({{"ph", "X"},
                           {"cat", category},
                           {"name", shown(text)},
                           {"pid", process},
                           {"tid", track},
                           {"ts", from.count()},
                           {"dur", (to.value_or(timeline_.length) - from).count()},
                           {"args", std::move(args)}});
    }

    void track(int track, const std::string& text, int place) {
        name("thread_name", track, text);
        events_.push_back({{"ph", "M"},
                           {"name", "thread_sort_index"},
                           {"pid", process},
                           {"tid", track},
                           {"args", {{"sort_index", place}}}});
    }

    void job(const JobSpan& job) {
        serviceTracks_.clear();
        track(job.number, job.name, job.number);
        for (const AttemptSpan& one : job.attempts) {
            attempt(job, one);
        }
        if (job.queued) {
            slice(job.number, "wait", "waits for a slot", *job.queued, job.finished, {});
        }
        if (job.attempts.empty() && job.finished && job.outcome) {
            instant(job.number, "job", inWords(*job.outcome), *job.finished, argsOf(job.outcome));
        }
    }

    void attempt(const JobSpan& job, const AttemptSpan& attempt) {
        if (attempt.queued) {
            slice(job.number, "wait", "waits for a slot", *attempt.queued, attempt.start, {});
        }
        JsonObject args = argsOf(attempt.outcome);
        args["attempt"] = attempt.number;
        args["executor"] = attempt.executor;
        slice(job.number, "job", job.name, attempt.start, attempt.end, std::move(args));
        if (attempt.provisionStart) {
            const auto end = attempt.provisionEnd ? attempt.provisionEnd : attempt.end;
            slice(job.number, "provision", "provision", *attempt.provisionStart, end, {});
        }
        for (const ServiceSpan& one : attempt.services) {
            service(job, attempt, one);
        }
        for (const StepSpan& one : attempt.steps) {
            step(job, attempt, one);
        }
    }

    // A service runs beside the steps and the other services: a track of its own, below its job's.
    void service(const JobSpan& job, const AttemptSpan& attempt, const ServiceSpan& service) {
        const auto [found, isNew] = serviceTracks_.try_emplace(service.index, nextTrack_);
        if (isNew) {
            track(nextTrack_++, fmt::format("{}/{}", job.name, service.name), job.number);
        }
        const int place = found->second;
        const std::optional<Micros> end = service.end ? service.end : attempt.end;
        if (service.starts.empty()) {
            if (end && service.outcome) {
                instant(place, "service", fmt::format("{}: {}", service.name, inWords(*service.outcome)),
                        *end, argsOf(service.outcome));
            }
            return;
        }
        JsonObject args = argsOf(service.outcome);
        if (service.outcome && service.outcome->kind == OutcomeKind::Cancelled) {
            args["words"] = "ended with its job";
        }
        args["attempt"] = attempt.number;
        slice(place, "service", service.name, service.starts.front().start, end, std::move(args));
        int number = 0;
        for (const ServiceStart& one : service.starts) {
            ++number;
            if (service.starts.size() > 1) {
                slice(place, "start", fmt::format("start {}", number), one.start, one.end ? one.end : end,
                      argsOf(one.outcome));
            }
            if (one.up) {
                instant(place, "service", "up", *one.up, {});
            }
        }
    }

    void step(const JobSpan& job, const AttemptSpan& attempt, const StepSpan& step) {
        if (step.tries.empty()) {
            if (step.end && step.outcome) {
                instant(job.number, "step", fmt::format("{}: {}", step.name, inWords(*step.outcome)),
                        *step.end, argsOf(step.outcome));
            }
            return;
        }
        const std::optional<Micros> end = step.end ? step.end : attempt.end;
        JsonObject args = argsOf(step.outcome);
        args["step"] = step.index + 1;
        slice(job.number, "step", step.name, step.tries.front().start, end, std::move(args));
        for (const TrySpan& one : step.tries) {
            if (step.tries.size() > 1) {
                slice(job.number, "try", fmt::format("try {}", one.number), one.start,
                      one.end ? one.end : end, argsOf(one.outcome));
            }
        }
    }

    void instant(int track, std::string_view category, std::string_view text, Micros at, JsonObject args) {
        events_.push_back({{"ph", "i"},
                           {"s", "t"},
                           {"cat", category},
                           {"name", shown(text)},
                           {"pid", process},
                           {"tid", track},
                           {"ts", at.count()},
                           {"args", std::move(args)}});
    }

    void mark(const Mark& mark) {
        const JobSpan* owner = mark.job.empty() ? nullptr : timeline_.findJob(mark.job);
        JsonObject args;
        args["level"] = mark.level;
        instant(owner == nullptr ? runTrack : owner->number, toString(mark.kind),
                fmt::format("{}: {}", toString(mark.kind), mark.text), mark.at, std::move(args));
    }

    const Timeline& timeline_;
    JsonArray events_;
    int nextTrack_;
    std::map<int, int> serviceTracks_; // of the job that is being written, by the service's place
};

} // namespace

JsonObject toPerfetto(const Timeline& timeline) {
    return Writer(timeline).write();
}

} // namespace cirque::report
