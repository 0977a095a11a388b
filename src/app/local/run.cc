// SPDX-License-Identifier: Apache-2.0
#include "app/local/clock-port.hh"
#include "app/local/env-source.hh"
#include "app/local/frontends.hh"
#include "app/local/journal-port.hh"
#include "app/local/log-store.hh"
#include "app/local/places.hh"
#include "app/local/provisioner.hh"
#include "app/local/request.hh"
#include "event/journal/journal.hh"
#include "history/layout.hh"
#include "io/runtime/runtime.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::app {
namespace {

// The folder, the lock and the journal of a run that begins.
struct Opened {
    history::RunFolder folder;
    history::RunLock lock;
    event::JournalWriter journal;
};

Result<Opened> openRun(const LocalRequest& request) {
    const RunId& run = request.options.run;
    const auto begin = [&]() -> Result<Opened> {
        CIRQUE_TRY_ASSIGN(history::RunFolder folder, history::makeRunFolder(request.settings.stateDir, run));
        CIRQUE_TRY_ASSIGN(history::RunLock lock, history::RunLock::acquire(folder.lock()));
        CIRQUE_TRY(io::writeFileAtomic(folder.plan(), toPretty(plan::toJson(*request.plan))));
        CIRQUE_TRY_ASSIGN(event::JournalWriter journal, event::JournalWriter::create(folder.journal()));
        return Opened{std::move(folder), std::move(lock), std::move(journal)};
    };
    auto opened = begin();
    if (!opened) {
        return fail(
            std::move(opened.error())
                .within(fmt::format("while making the run's folder in {}", request.settings.stateDir)));
    }
    return opened;
}

event::RunStarted startOf(const LocalRequest& request) {
    event::RunStarted started{request.plan->name, request.source, request.tree, CIRQUE_VERSION, getpid()};
    started.treeHash = request.treeHash;
    return started;
}

// A run whose place could not be made ready still ends with a verdict in its journal.
engine::RunReport endedBefore(JournalPort& journal, const Error& error, const std::vector<int>& signals) {
    constexpr int infrastructure = 3;
    constexpr int signalBase = 128;
    Outcome outcome = Outcome::infrastructure(error.text(), error.hint);
    int status = infrastructure;
    if (!signals.empty()) {
        outcome = Outcome::cancelled();
        status = signalBase + signals.front();
    }
    std::vector<event::Body> bodies;
    bodies.emplace_back(event::RunFinished{outcome, status});
    (void)journal.append(std::move(bodies)); // a journal that fails has nothing better to say
    return {std::move(outcome), status};
}

// One run under way. Its coroutines are members, so that they hold no references of their own.
class LocalRun {
  public:
    LocalRun(LocalRequest request, Opened opened)
        : request_(std::move(request)), folder_(std::move(opened.folder)), lock_(std::move(opened.lock)),
          journal_(std::move(opened.journal), bus_, secrets_, request_.options.run),
          places_(request_, folder_) {
        for (event::Listener* listener : request_.listeners) {
            bus_.add(*listener);
        }
    }

    io::Task<Result<engine::RunReport>> run(std::shared_ptr<engine::RunControl> control, io::StopToken stop) {
        std::vector<event::Body> start;
        start.emplace_back(startOf(request_));
        CIRQUE_CO_TRY(journal_.append(std::move(start)));
        io::TaskGroup group;
        io::StopSource ended;
        co_await group.start();
        group.spawn(heartbeat(ended.token()));
        engine::RunReport report = co_await perform(std::move(control), std::move(stop));
        ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        co_await group.join();
        if (journal_.failure()) {
            co_return fail(*journal_.failure());
        }
        co_return report;
    }

  private:
    // Once a second, so that listeners can say that something is still going on.
    io::Task<> heartbeat(io::StopToken stop) {
        constexpr Millis second{1000};
        while (co_await io::sleepFor(second, stop)) {
            bus_.tick(monoNow());
        }
    }

    io::Task<engine::RunReport> perform(std::shared_ptr<engine::RunControl> control, io::StopToken stop) {
        Result<void> ready = co_await places_.prepare(std::move(stop));
        for (const std::string& notice : places_.notices()) {
            std::vector<event::Body> bodies;
            bodies.emplace_back(event::Notice{"warning", "", notice, ""});
            (void)journal_.append(std::move(bodies)); // a failure is kept by the journal and ends the run
        }
        if (ready && request_.keep) {
            std::vector<event::Body> bodies;
            bodies.emplace_back(event::Notice{
                "info", "", fmt::format("the jobs' folders are kept in {}/jobs", places_.workFolder()), ""});
            (void)journal_.append(std::move(bodies));
        }
        engine::RunReport report;
        if (ready) {
            ClockPort clock;
            EnvSourcePort env(request_, secrets_);
            ProvisionerPort provisioner(request_.environment, places_.workFolder() + "/roots");
            LogStorePort logs(folder_.path, journal_, bus_, secrets_, request_.congested);
            const engine::Ports ports{journal_, clock, env, provisioner, logs, places_};
            report = co_await engine::runPlan(request_.plan, request_.options, ports, std::move(control));
        } else {
            report = endedBefore(journal_, ready.error(), control->takePending());
        }
        co_await places_.close();
        co_return report;
    }

    LocalRequest request_;
    history::RunFolder folder_;
    history::RunLock lock_;
    event::Bus bus_;
    KnownSecrets secrets_;
    JournalPort journal_;
    Places places_;
};

} // namespace

io::Task<Result<engine::RunReport>>
runLocal(LocalRequest request, std::shared_ptr<engine::RunControl> control, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(Opened opened, openRun(request));
    LocalRun run(std::move(request), std::move(opened));
    co_return co_await run.run(std::move(control), std::move(stop));
}

} // namespace cirque::app
