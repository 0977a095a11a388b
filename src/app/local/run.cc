// SPDX-License-Identifier: Apache-2.0
#include "app/local/built-results.hh"
#include "app/local/clock-port.hh"
#include "app/local/closures-port.hh"
#include "app/local/control-socket.hh"
#include "app/local/env-source.hh"
#include "app/local/expected-jobs.hh"
#include "app/local/flake-jobs.hh"
#include "app/local/frontends.hh"
#include "app/local/housekeeping.hh"
#include "app/local/journal-port.hh"
#include "app/local/kept.hh"
#include "app/local/log-store.hh"
#include "app/local/places.hh"
#include "app/local/provisioner.hh"
#include "app/local/request.hh"
#include "app/local/rerun.hh"
#include "app/local/roots-lock.hh"
#include "event/journal/journal.hh"
#include "history/layout.hh"
#include "io/runtime/runtime.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <optional>

namespace cirque::app {
namespace {

// The folder, the lock and the journal of a run that begins.
struct Opened {
    history::RunFolder folder;
    history::RunLock lock;
    event::JournalWriter journal;
};

// Nothing of a run that did not begin is of use to anyone. Best effort: what stays goes with the old runs.
void discard(const history::RunFolder& folder) {
    (void)io::removeTree(folder.path);
}

Result<Opened> openRun(const LocalRequest& request) {
    const RunId& run = request.options.run;
    const history::RunFolder path = history::runFolder(request.settings.stateDir, run);
    const bool fresh = ::access(path.path.c_str(), F_OK) != 0;
    const auto begin = [&]() -> Result<Opened> {
        CIRQUE_TRY_ASSIGN(history::RunFolder folder, history::makeRunFolder(request.settings.stateDir, run));
        CIRQUE_TRY_ASSIGN(history::RunLock lock, history::RunLock::acquire(folder.lock()));
        CIRQUE_TRY(io::writeFileAtomic(folder.plan(), toPretty(plan::toJson(*request.plan))));
        CIRQUE_TRY_ASSIGN(event::JournalWriter journal, event::JournalWriter::create(folder.journal()));
        return Opened{std::move(folder), std::move(lock), std::move(journal)};
    };
    auto opened = begin();
    if (!opened) {
        if (fresh) {
            discard(path);
        }
        return fail(
            std::move(opened.error())
                .within(fmt::format("while making the run's folder in {}", request.settings.stateDir)));
    }
    return opened;
}

event::RunStarted startOf(const LocalRequest& request) {
    event::RunStarted started{request.plan->name, request.source, request.tree, CIRQUE_VERSION, getpid()};
    started.treeHash = request.treeHash;
    started.rerunOf = request.repeats ? request.repeats->id.text() : std::string();
    return started;
}

// A run whose place could not be made ready still ends with a verdict in its journal.
engine::RunReport endedBefore(JournalPort& journal, const Error& error, const std::vector<int>& signals) {
    constexpr int infrastructure = 3;
    constexpr int signalBase = 128;
    constexpr int cancelledByRequest = 1;
    Outcome outcome = Outcome::infrastructure(error.text(), error.hint);
    int status = infrastructure;
    if (!signals.empty()) {
        const auto signal = std::ranges::find_if(signals, [](int number) { return number != 0; });
        outcome = Outcome::cancelled();
        status = signal == signals.end() ? cancelledByRequest : signalBase + *signal;
    }
    std::vector<event::Body> bodies;
    bodies.emplace_back(event::RunFinished{outcome, status});
    (void)journal.append(std::move(bodies)); // a journal that fails has nothing better to say
    return {std::move(outcome), status};
}

// One run under way. Its coroutines are members, so that they hold no references of their own.
class LocalRun {
  public:
    LocalRun(LocalRequest request, Opened opened, std::shared_ptr<engine::RunControl> control)
        : request_(std::move(request)), control_(std::move(control)), folder_(std::move(opened.folder)),
          lock_(std::move(opened.lock)),
          journal_(std::move(opened.journal), bus_, secrets_, request_.options.run),
          places_(request_, folder_), socket_(*request_.plan, control_, [this] {
              beginning_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
          }) {
        bus_.add(socket_);
        for (event::Listener* listener : request_.listeners) {
            bus_.add(*listener);
        }
    }

    io::Task<Result<engine::RunReport>> run(io::StopToken stop) {
        const io::StopCallback watch = stop.onStop(
            [this](io::StopLevel level) { beginning_.request(level, io::StopReason::Cancelled); });
        std::vector<event::Body> start;
        start.emplace_back(startOf(request_));
        if (request_.evaluation) {
            start.emplace_back(*request_.evaluation);
        }
        CIRQUE_CO_TRY(journal_.append(std::move(start)));
        began_ = true;
        if (auto open = socket_.open(folder_); !open) {
            note("warning", "no other terminal can cancel this run: " + open.error().text());
        }
        io::TaskGroup group;
        io::StopSource ended;
        co_await group.start();
        group.spawn(heartbeat(ended.token()));
        group.spawn(socket_.serve(ended.token()));
        engine::RunReport report = co_await perform();
        ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        co_await group.join();
        if (journal_.failure()) {
            co_return fail(*journal_.failure());
        }
        co_return report;
    }

    // Its journal says that there was a run.
    [[nodiscard]] bool began() const { return began_; }

  private:
    // Once a second, so that listeners can say that something is still going on.
    io::Task<> heartbeat(io::StopToken stop) {
        constexpr Millis second{1000};
        while (co_await io::sleepFor(second, stop)) {
            bus_.tick(monoNow());
        }
    }

    void note(std::string level, std::string text, std::string job = {}) {
        std::vector<event::Body> bodies;
        bodies.emplace_back(event::Notice{std::move(level), std::move(job), std::move(text), ""});
        (void)journal_.append(std::move(bodies)); // a failure is kept by the journal and ends the run
    }

    // When all of the plan runs, what stands in it needs no guess.
    void expectBuilds(ProvisionerPort& provisioner) const {
        const engine::RunOptions& options = request_.options;
        for (const plan::Job& job : request_.plan->jobs) {
            if (options.selected.empty() && !options.settled.contains(job.name)) {
                provisioner.expect(*request_.plan, job);
            }
        }
    }

    io::Task<engine::RunReport> perform() {
        removeDeadControls(request_.settings.stateDir);
        Result<void> ready = co_await places_.prepare(beginning_.token());
        for (const std::string& notice : places_.notices()) {
            note("warning", notice);
        }
        if (ready && request_.keep) {
            note("info", whereKept(*request_.plan, places_.workFolder()));
        }
        if (ready && request_.reuse) {
            ready = co_await reuse();
        }
        engine::RunReport report;
        if (ready) {
            ClockPort clock;
            EnvSourcePort env(request_, secrets_, journal_);
            const io::UniqueFd held = co_await standOnRoots();
            ProvisionerPort provisioner(request_.environment,
                                        held ? request_.rootsFolder : places_.workFolder() + "/roots",
                                        request_.options.slots, journal_);
            places_.closures().attach(provisioner, journal_);
            expectBuilds(provisioner);
            LogStorePort logs(folder_.path, journal_, bus_, secrets_, request_.congested);
            engine::Ports ports{journal_, clock, env, provisioner, logs, places_};
            std::optional<ExpectedJobs> more;
            if (request_.more) {
                ports.more = &more.emplace(*request_.more, *request_.plan, provisioner);
            }
            report = co_await runWith(ports);
        } else {
            report = endedBefore(journal_, ready.error(), control_->takePending());
        }
        co_await places_.close();
        co_return report;
    }

    // Nobody collects what the plan names: the kept evaluation has roots of it, which are held until the
    // descriptor is closed, or (none) the run makes its own. What is gone already is missed by its job.
    io::Task<io::UniqueFd> standOnRoots() {
        Result<io::UniqueFd> held = request_.rootsFolder.empty() ? Result<io::UniqueFd>(io::UniqueFd())
                                                                 : holdRoots(request_.rootsFolder);
        if (held && *held) {
            co_return std::move(*held);
        }
        (void)co_await keepBuilt(request_.environment, places_.workFolder() + "/roots/plan",
                                 namedPaths(*request_.plan, request_.options.settled), beginning_.token());
        co_return io::UniqueFd();
    }

    // Evaluators of jobs that still come work beside the run, and none outlives it.
    io::Task<engine::RunReport> runWith(engine::Ports ports) {
        io::TaskGroup group;
        co_await group.start();
        if (request_.more) {
            request_.more->attach(journal_,
                                  [this](const std::vector<plan::Job>& jobs) { return keep(jobs); });
            group.spawn(request_.more->run());
        }
        engine::RunReport report = co_await engine::runPlan(request_.plan, request_.options, ports, control_);
        if (request_.more) {
            request_.more->end();
        }
        co_await group.join();
        co_return report;
    }

    // The recorded plan, with the jobs that came later.
    Result<void> keep(const std::vector<plan::Job>& jobs) {
        plan::Plan whole = *request_.plan;
        whole.jobs.insert(whole.jobs.end(), jobs.begin(), jobs.end());
        return io::writeFileAtomic(folder_.plan(), toPretty(plan::toJson(whole)));
    }

    // What ended well in the run that this one repeats.
    io::Task<Result<void>> reuse() {
        BuiltResults built = builtResults(*request_.repeats, *request_.plan, request_.options.settled);
        std::set<std::string> collected =
            co_await keepBuilt(request_.environment, places_.workFolder() + "/roots/taken-over",
                               std::move(built), beginning_.token());
        CIRQUE_CO_TRY_ASSIGN(Reused reused, co_await takeOver(request_.repeats, request_.plan,
                                                              request_.settings.stateDir, folder_.artifacts(),
                                                              std::move(collected), beginning_.token()));
        for (auto& [job, text] : reused.notices) {
            note("info", std::move(text), job);
        }
        request_.options.settled = std::move(reused.settled);
        co_return Result<void>{};
    }

    bool began_ = false;
    LocalRequest request_;
    std::shared_ptr<engine::RunControl> control_;
    io::StopSource beginning_; // of what comes before the first job
    history::RunFolder folder_;
    history::RunLock lock_;
    event::Bus bus_;
    KnownSecrets secrets_;
    JournalPort journal_;
    Places places_;
    ControlSocket socket_;
};

} // namespace

io::Task<Result<engine::RunReport>>
runLocal(LocalRequest request, std::shared_ptr<engine::RunControl> control, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(Opened opened, openRun(request));
    const config::Settings settings = request.settings;
    const history::RunFolder folder = opened.folder;
    bool began = false;
    Result<engine::RunReport> report = fail(ErrorCode::Process, "the run did not begin");
    {
        LocalRun run(std::move(request), std::move(opened), std::move(control));
        report = co_await run.run(std::move(stop));
        began = run.began();
    }
    if (!began) {
        discard(folder);
    }
    tidyAfterRun(settings); // its lock is free now, so that it is measured
    co_return report;
}

} // namespace cirque::app
