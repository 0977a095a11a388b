// SPDX-License-Identifier: Apache-2.0
#include "tests/support/null-executor.hh"

#include <fmt/format.h>

#include <stdexcept>

namespace cirque::testing {
namespace {

class NullSite final : public exec::JobSite {
  public:
    NullSite(NullExecutor& owner, std::string job, SiteScript script)
        : owner_(owner), job_(std::move(job)), script_(std::move(script)) {}

    io::Task<Result<void>> prepare(std::shared_ptr<exec::OutputSink> /*log*/, io::StopToken stop) override {
        enter("prepare");
        if (script_.prepareTime.count() > 0) {
            const bool slept = co_await owner_.clock().sleep(script_.prepareTime, stop);
            if (!slept) {
                co_return fail(ErrorCode::Io, "preparing was stopped");
            }
        }
        co_return script_.prepare;
    }

    io::Task<exec::StepResult> run(exec::StepSpec spec, std::shared_ptr<exec::OutputSink> sink,
                                   io::StopToken stop) override {
        enter("run");
        ++owner_.steps;
        const Script script = owner_.script ? owner_.script(spec) : Script{};
        if (owner_.keepSpecs) {
            owner_.specs.push_back(std::move(spec));
        }
        if (!script.throws.empty()) {
            throw std::runtime_error(script.throws);
        }
        exec::StepResult result;
        if (!script.print.empty()) {
            if (const auto written = sink->write(script.print, false); !written) {
                result.outcome = Outcome::infrastructure(written.error().text());
                co_return result;
            }
        }
        if (script.sleep.count() > 0 || stop.stopRequested()) {
            const bool slept = co_await owner_.clock().sleep(script.sleep, stop);
            if (!slept) {
                co_await linger(script.grace, stop);
                result.outcome = script.exitsWell ? Outcome::succeeded() : stopped(stop.reason());
                co_return result;
            }
        }
        result.outcome = script.outcome;
        result.outputs = script.outputs;
        result.summary = script.summary;
        result.summaryProblem = script.summaryProblem;
        co_return result;
    }

    io::Task<Outcome> startServices(std::vector<exec::ServiceStart> services,
                                    std::shared_ptr<exec::ServiceObserver> observer,
                                    io::StopToken stop) override {
        enter("startServices");
        std::string names;
        for (std::size_t i = 0; i < services.size(); ++i) {
            names += (i == 0 ? "" : ",") + services[i].spec.service.name();
            observer->onService({i, exec::ServiceState::Started, {}});
        }
        owner_.served.push_back(fmt::format("start {}:{}", job_, names));
        if (script_.servicesTime.count() > 0) {
            const bool slept = co_await owner_.clock().sleep(script_.servicesTime, stop);
            if (!slept) {
                co_return stopped(stop.reason());
            }
        }
        co_return script_.startServices;
    }

    io::Task<Outcome> stopServices(io::StopToken /*stop*/) override {
        enter("stopServices");
        owner_.served.push_back("stop " + job_);
        co_return script_.stopServices;
    }

    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override {
        enter("restore");
        owner_.restored.push_back(fmt::format("{}:{}:{}", job_, name, path));
        CIRQUE_CO_TRY(co_await moveFiles(std::move(stop)));
        const auto found = script_.restore.find(name);
        if (found != script_.restore.end()) {
            co_return fail(found->second);
        }
        co_return Result<void>{};
    }

    io::Task<Result<exec::CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                           io::StopToken stop) override {
        enter("save");
        CIRQUE_CO_TRY(co_await moveFiles(std::move(stop)));
        const auto found = script_.save.find(name);
        if (found != script_.save.end()) {
            co_return fail(found->second);
        }
        owner_.saved.push_back(fmt::format("{}:{}", job_, name));
        co_return exec::CollectedArtifact{static_cast<std::int64_t>(path.size()), 1, "00", {}};
    }

    io::Task<Result<exec::JobFiles>> readFiles(std::string pattern, exec::FileLimits /*limits*/,
                                               io::StopToken stop) override {
        enter("readFiles");
        CIRQUE_CO_TRY(co_await moveFiles(std::move(stop)));
        const auto found = script_.files.find(pattern);
        if (found == script_.files.end()) {
            co_return exec::JobFiles{};
        }
        co_return found->second;
    }

    io::Task<Result<void>> close(io::StopToken /*stop*/) override {
        owner_.afterClose += closed_ ? 1 : 0;
        closed_ = true;
        ++owner_.closed;
        --owner_.open_;
        enter("close");
        co_return script_.close;
    }

  private:
    io::Task<Result<void>> moveFiles(io::StopToken stop) {
        if (script_.filesTime.count() > 0) {
            const bool slept = co_await owner_.clock().sleep(script_.filesTime, std::move(stop));
            if (!slept) {
                co_return fail(ErrorCode::Process, "it was stopped");
            }
        }
        co_return Result<void>{};
    }

    void enter(std::string_view where) {
        owner_.touch();
        owner_.afterClose += closed_ && where != "close" ? 1 : 0;
        if (script_.throwsIn == where) {
            throw std::runtime_error(fmt::format("{} threw", where));
        }
    }

    // TERM was ignored for a while; KILL is not.
    io::Task<> linger(Millis grace, io::StopToken stop) {
        if (grace.count() <= 0 || stop.level() == io::StopLevel::Immediate) {
            co_return;
        }
        io::StopSource kill;
        const io::StopCallback callback = stop.onStop([&kill](io::StopLevel level) {
            if (level == io::StopLevel::Immediate) {
                kill.request(io::StopLevel::Immediate, io::StopReason::Cancelled);
            }
        });
        co_await owner_.clock().sleep(grace, kill.token());
    }

    static Outcome stopped(io::StopReason reason) {
        if (reason == io::StopReason::Timeout || reason == io::StopReason::Deadline) {
            return Outcome::failedTimeout("");
        }
        return Outcome::cancelled();
    }

    NullExecutor& owner_;
    std::string job_;
    SiteScript script_;
    bool closed_ = false;
};

} // namespace

std::string NullExecutor::handle(const exec::Place& place) const {
    return fmt::format("{{\"job\":\"{}\",\"attempt\":{}}}", place.job->name, place.attempt);
}

io::Task<Result<std::unique_ptr<exec::JobSite>>> NullExecutor::open(exec::Place place,
                                                                    std::string /*handle*/) {
    touch();
    SiteScript site = siteScript ? siteScript(place) : SiteScript{};
    if (site.throwsIn == "open") {
        throw std::runtime_error("open threw");
    }
    if (!site.open) {
        co_return fail(site.open.error());
    }
    ++opened;
    ++open_;
    mostOpen = std::max(mostOpen, open_);
    std::unique_ptr<exec::JobSite> made = std::make_unique<NullSite>(*this, place.job->name, std::move(site));
    co_return std::move(made);
}

const exec::StepSpec* NullExecutor::spec(std::string_view job, std::string_view step) const {
    for (const exec::StepSpec& known : specs) {
        if (known.ref.job == job && known.name == step && !known.isCondition) {
            return &known;
        }
    }
    return nullptr;
}

} // namespace cirque::testing
