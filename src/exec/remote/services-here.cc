// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/services-here.hh"

#include "agent/engine.hh"
#include "agent/protocol/services.hh"
#include "exec/local/translate.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::exec {

namespace {

// The container may be in a network of the place's own, which only the agent is in, too.
io::Task<io::NoAnswer> askAt(std::shared_ptr<AgentConnection> agent, io::HttpQuestion question, Millis limit,
                             io::StopToken stop, io::StopSource giveUp) {
    constexpr Millis way{5000}; // there and back
    const agent::Ask ask{std::move(question.host), question.port, std::move(question.path),
                         std::move(question.authority), limit};
    const CallBounds bounds{{}, limit + way};
    const Result<std::string> called = co_await agent->call(toBytes(ask), nullptr, std::move(stop), bounds);
    const Result<void> done = called ? agent::parseDone(*called) : Result<void>(fail(called.error()));
    if (agent->lost()) {
        giveUp.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    }
    co_return done ? io::NoAnswer() : done.error().message;
}

class SomeObserver : public ServiceObserver {
  public:
    SomeObserver(std::shared_ptr<ServiceObserver> all, std::vector<std::size_t> positions)
        : all_(std::move(all)), positions_(std::move(positions)) {}

    void onService(const ServiceNews& news) override {
        all_->onService({positions_.at(news.service), news.state, news.outcome});
    }

  private:
    std::shared_ptr<ServiceObserver> all_;
    std::vector<std::size_t> positions_;
};

} // namespace

ContainersHere containersHere(const AgentWorld& world) {
    return {world.stateDir,    world.leader,  world.privateFolder, world.hostPath,
            world.environment, world.leaders, world.grace};
}

std::shared_ptr<ServiceObserver> observerOf(std::shared_ptr<ServiceObserver> all,
                                            std::vector<std::size_t> positions) {
    return std::make_shared<SomeObserver>(std::move(all), std::move(positions));
}

ServicesHere::ServicesHere(ContainersHere what, std::string run, std::string name, std::string network,
                           std::shared_ptr<AgentConnection> agent)
    : what_(std::move(what)), run_(std::move(run)), name_(std::move(name)), network_(std::move(network)),
      agent_(std::move(agent)), folder_(fmt::format("{}/services-{}", what_.privateFolder, name_)) {}

Result<void> ServicesHere::openRunner() {
    CIRQUE_TRY(io::makeNewFolder(folder_, 0700, "the folder"));
    agent::JobContext context;
    context.jobFolder = folder_;
    context.privateFolder = folder_;
    context.toolsFolder = folder_ + "/tools";
    context.leader = what_.leader;
    context.environment = what_.environment;
    context.hostPath = what_.hostPath;
    context.grace = what_.grace;
    context.leaders = what_.leaders;
    context.ask = [agent = agent_, giveUp = giveUp_](io::HttpQuestion question, Millis limit,
                                                     io::StopToken stop) {
        return askAt(agent, std::move(question), limit, std::move(stop), giveUp);
    };
    CIRQUE_TRY_ASSIGN(runner_, agent::StepRunner::open(std::move(context)));
    return {};
}

io::Task<Outcome> ServicesHere::start(SomeServices services, std::shared_ptr<ServiceObserver> observer,
                                      io::StopToken stop) {
    const Result<void> opened = openRunner();
    if (!opened) {
        co_return Outcome::infrastructure(opened.error().text(), opened.error().hint);
    }
    co_await runner_->start();
    std::vector<agent::ServiceStart> starts;
    for (std::size_t i = 0; i < services.starts.size(); ++i) {
        ServiceStart& one = services.starts[i];
        starts.push_back({toRequest(std::move(one.spec)), toSink(std::move(one.log))});
        starts.back().request.container = {
            agent::serviceContainerName(run_, name_, services.positions[i] + 1),
            agent::containerLabels(run_, what_.stateDir), network_};
    }
    auto some = toObserver(observerOf(std::move(observer), std::move(services.positions)));
    const auto relay =
        stop.onStop([this, stop](io::StopLevel level) { giveUp_.request(level, stop.reason()); });
    co_return co_await runner_->startServices(std::move(starts), std::move(some), giveUp_.token());
}

io::Task<Outcome> ServicesHere::stop(io::StopToken stop) {
    if (!runner_) {
        co_return Outcome::succeeded();
    }
    co_return co_await runner_->stopServices(std::move(stop));
}

io::Task<Result<void>> ServicesHere::close(io::StopToken stop) {
    Result<void> ended;
    if (runner_) {
        ended = co_await runner_->close(std::move(stop));
        runner_.reset();
    }
    const Result<void> removed = io::removeTree(folder_); // a few small files in memory
    co_return !ended ? ended : removed;
}

Result<void> refuseImages(const plan::Job& job, std::string_view place, std::string_view how) {
    for (const plan::Service& service : job.services) {
        if (!service.image.empty()) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("service '{}' is a container of '{}', which {} cannot reach",
                                    service.name(), service.image, place),
                        fmt::format("{}, or run the service with exec or package", how));
        }
    }
    return {};
}

} // namespace cirque::exec
