// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake-ports.hh"

#include <algorithm>
#include <stdexcept>

namespace cirque::testing {
namespace {

class TextSink final : public exec::OutputSink {
  public:
    explicit TextSink(std::string& text) : text_(text) {}

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        text_ += bytes;
        return {};
    }

  private:
    std::string& text_;
};

io::Task<> cancelAt(World* world, Millis at, int signal, io::StopToken stop) {
    if (co_await world->clock.sleep(at, stop)) {
        world->control->cancel(signal);
    }
}

io::Task<> runWorld(World* world, std::shared_ptr<const plan::Plan> plan, engine::RunReport* report) {
    io::TaskGroup group;
    io::StopSource ended;
    bool done = false;
    co_await group.start();
    for (const auto& [at, signal] : world->cancels) {
        group.spawn(cancelAt(world, at, signal, ended.token()));
    }
    std::function<bool()> isDone = [&done] { return done; };
    group.spawn(world->clock.drive(std::move(isDone)));
    *report = co_await engine::runPlan(std::move(plan), world->options, world->ports(), world->control);
    done = true;
    ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    world->clock.touch();
    co_await group.join();
}

} // namespace

io::Task<Result<engine::JobEnv>> FakeEnv::jobEnv(std::shared_ptr<const plan::Job> job, Results results) {
    seen[job->name] = std::move(results);
    if (throwsFor == job->name) {
        throw std::runtime_error("the environment threw");
    }
    const auto found = failing.find(job->name);
    if (found != failing.end()) {
        co_return fail(found->second);
    }
    co_return base;
}

Result<exec::Vars> FakeEnv::stepEnv(const plan::Job& /*job*/, const plan::Step& step,
                                    const Results& /*results*/) {
    exec::Vars vars;
    for (const plan::EnvEntry& entry : step.env) {
        vars.push_back({entry.name, entry.value.text, entry.value.kind == plan::Value::Kind::Secret});
    }
    return vars;
}

io::Task<Result<engine::Built>> FakeProvisioner::build(plan::Derivation derivation, TryRef ref,
                                                       std::shared_ptr<exec::OutputSink> log,
                                                       io::StopToken stop) {
    built.push_back(ref);
    const auto found = builds.find(derivation.drv);
    if (found == builds.end()) {
        co_return engine::Built{};
    }
    const auto nth = static_cast<std::size_t>(std::max(1, ref.tryNumber)) - 1;
    const FakeBuild does = found->second[std::min(nth, found->second.size() - 1)];
    if (!does.print.empty()) {
        (void)log->write(does.print, false);
    }
    if (does.sleep.count() > 0 && !co_await clock->sleep(does.sleep, stop)) {
        co_return fail(ErrorCode::Process, "the build was stopped");
    }
    co_return does.result;
}

io::Task<Result<void>> FakeProvisioner::provision(plan::Closure needed, TryRef ref,
                                                  std::shared_ptr<exec::OutputSink> /*log*/,
                                                  io::StopToken /*stop*/) {
    const std::string job = ref.job;
    provisioned.emplace_back(std::move(ref), std::move(needed));
    const auto found = failing.find(job);
    if (found != failing.end()) {
        co_return fail(found->second);
    }
    co_return Result<void>{};
}

Result<std::shared_ptr<exec::OutputSink>> MemoryLogs::open(const TryRef& ref,
                                                           const std::vector<std::string>& redact) {
    redacted[ref] = redact;
    if (openFails) {
        return fail(*openFails);
    }
    return std::make_shared<TextSink>(text[ref]);
}

Result<void> MemoryLogs::finish(const TryRef& ref) {
    ++finished[ref];
    if (finishFails) {
        return fail(*finishFails);
    }
    return {};
}

Result<std::string> MemoryLogs::read(const TryRef& ref, std::int64_t /*limit*/) {
    if (readFails) {
        return fail(*readFails);
    }
    return text[ref];
}

engine::RunReport World::run(plan::Plan plan) {
    engine::RunReport report;
    const auto shared = std::make_shared<const plan::Plan>(std::move(plan));
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> { return runWorld(this, shared, &report); });
    return report;
}

} // namespace cirque::testing
