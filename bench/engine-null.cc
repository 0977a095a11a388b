// SPDX-License-Identifier: Apache-2.0
// How much the engine itself costs: jobs whose one step does nothing, at a place that does nothing, with a
// journal in memory. Usage: engine-null [JOBS] [independent|chain|layers]. The last word printed is the
// seconds.
#include "event/types/json.hh"
#include "tests/support/fake-ports.hh"
#include "tests/support/plans.hh"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstring>

namespace cirque::testing {
namespace {

// The real time, so that the clock costs what it costs.
class RealClock final : public engine::Clock {
  public:
    [[nodiscard]] MonoTime now() const override { return monoNow(); }

    io::Task<bool> sleep(Millis duration, io::StopToken stop) override {
        return io::sleepFor(duration, stop);
    }
};

// The records as they would be written, without the writing.
class LineJournal final : public engine::Journal {
  public:
    Result<void> append(std::vector<event::Body> bodies) override {
        ++appends;
        for (event::Body& body : bodies) {
            event_.seq += 1;
            event_.mono = monoNow();
            event_.body = std::move(body);
            event::appendLine(lines, event_);
        }
        return {};
    }

    std::string lines;
    long appends = 0;

  private:
    event::Event event_;
};

class NoLogs final : public engine::LogStore {
  public:
    Result<std::shared_ptr<exec::OutputSink>> open(const TryRef& /*ref*/,
                                                   const std::vector<std::string>& /*redact*/) override {
        return sink_;
    }

    Result<void> finish(const TryRef& /*ref*/) override { return {}; }

    Result<std::string> read(const TryRef& /*ref*/, std::int64_t /*limit*/) override { return std::string(); }

    [[nodiscard]] Redact redaction() const override {
        return [](std::string_view text) { return std::string(text); };
    }

  private:
    class NoSink final : public exec::OutputSink {
      public:
        Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
    };

    std::shared_ptr<exec::OutputSink> sink_ = std::make_shared<NoSink>();
};

// Nothing is kept, so that the memory measured is the engine's.
class NoEnv final : public engine::EnvSource {
  public:
    io::Task<Result<engine::JobEnv>> jobEnv(std::shared_ptr<const plan::Job> /*job*/,
                                            Results /*results*/) override {
        co_return engine::JobEnv{};
    }

    Result<exec::Vars> stepEnv(const plan::Job& /*job*/, const plan::Step& /*step*/,
                               const Results& /*results*/) override {
        return exec::Vars{};
    }
};

plan::Plan makePlan(int jobs, std::string_view shape) {
    plan::Plan made;
    made.name = "bench";
    for (int i = 0; i < jobs; ++i) {
        plan::Job one = job(fmt::format("j{}", i));
        if (shape == "chain" && i > 0) {
            one.needs = {fmt::format("j{}", i - 1)};
        }
        if (shape == "layers" && i >= 4) {
            for (int need = (i / 4 - 1) * 4; need < i / 4 * 4; ++need) {
                one.needs.push_back(fmt::format("j{}", need));
            }
        }
        made.jobs.push_back(std::move(one));
    }
    return made;
}

io::Task<> runOne(std::shared_ptr<const plan::Plan> plan, engine::RunOptions options, engine::Ports* ports,
                  engine::RunReport* report) {
    *report = co_await engine::runPlan(std::move(plan), std::move(options), *ports,
                                       std::make_shared<engine::RunControl>());
}

int measure(int jobs, std::string_view shape) {
    RealClock clock;
    LineJournal journal;
    NoEnv env;
    FakeProvisioner provisioner;
    NoLogs logs;
    NullExecutor executor(clock);
    executor.keepSpecs = false;
    OneExecutor executors(executor);
    engine::Ports ports{journal, clock, env, provisioner, logs, executors};
    const auto plan = std::make_shared<const plan::Plan>(makePlan(jobs, shape));
    engine::RunOptions options;
    options.slots = 4;
    engine::RunReport report;
    const MonoTime start = monoNow();
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> { return runOne(plan, options, &ports, &report); });
    const double seconds = static_cast<double>(monoNow().nanos - start.nanos) / 1e9;
    fmt::print("{} {} jobs, {:.0f} jobs/s, {} MB of events in {} appends, seconds: {:.3f}\n", jobs, shape,
               jobs / seconds, journal.lines.size() >> 20U, journal.appends, seconds);
    return report.exitStatus;
}

} // namespace
} // namespace cirque::testing

int main(int argc, char** argv) {
    int jobs = 10000;
    if (argc > 1) {
        const char* end = argv[1] + std::strlen(argv[1]);
        if (std::from_chars(argv[1], end, jobs).ptr != end || jobs < 1) {
            fmt::print(stderr, "usage: engine-null [JOBS] [independent|chain|layers]\n");
            return 2;
        }
    }
    return cirque::testing::measure(jobs, argc > 2 ? argv[2] : "independent");
}
