// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/agent-services.hh"

#include "agent/engine.hh"
#include "agent/protocol/services.hh"
#include "exec/local/translate.hh"

#include <algorithm>
#include <utility>

namespace cirque::exec {

struct AgentServices::State {
    std::vector<std::shared_ptr<OutputSink>> logs;
    std::shared_ptr<agent::ServiceObserver> observer;
    std::optional<Outcome> up;  // what the start came to
    std::optional<Outcome> end; // of the call
    io::Signal changed;
};

namespace {

class Records : public OutputSink {
  public:
    explicit Records(std::shared_ptr<AgentServices::State> state) : state_(std::move(state)) {}

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        CIRQUE_TRY_ASSIGN(const agent::ServiceRecord record, agent::parseServiceRecord(bytes));
        if (record.kind == agent::ServiceRecord::Kind::Up) {
            state_->up = record.news.outcome;
            state_->changed.notify();
            return {};
        }
        if (record.news.service >= state_->logs.size()) {
            return fail(ErrorCode::Corrupt, "cirque-agent told of a service that the job does not have");
        }
        if (record.kind == agent::ServiceRecord::Kind::News) {
            state_->observer->onService(record.news);
            return {};
        }
        return state_->logs[record.news.service]->write(record.bytes, record.late);
    }

    [[nodiscard]] bool congested() const override {
        return std::ranges::any_of(state_->logs, [](const auto& log) { return log->congested(); });
    }

  private:
    std::shared_ptr<AgentServices::State> state_;
};

} // namespace

io::Task<> AgentServices::serve(std::string request) {
    const std::shared_ptr<State> state = state_;
    // they are ended one after the other
    constexpr Millis each{10000};
    const CallBounds bounds{(grace_ + each) * (static_cast<int>(state->logs.size()) + 1)};
    const auto records = std::make_shared<Records>(state);
    const Result<std::string> done =
        co_await agent_->call(std::move(request), records, stop_.token(), bounds);
    Result<agent::StepEnd> end =
        done ? agent::parseStepEnd(*done) : Result<agent::StepEnd>(fail(done.error()));
    state->end = end ? end->outcome : Outcome::infrastructure(end.error().text(), end.error().hint);
    state->changed.notify();
}

io::Task<Outcome> AgentServices::start(std::vector<ServiceStart> services,
                                       std::shared_ptr<ServiceObserver> observer, io::StopToken stop) {
    state_ = std::make_shared<State>();
    state_->observer = toObserver(std::move(observer));
    std::vector<agent::ServiceRequest> requests;
    for (ServiceStart& service : services) {
        requests.push_back(toRequest(std::move(service.spec)));
        requests.back().container = {agent::serviceContainerName(run_, name_, requests.size()),
                                     agent::containerLabels(run_, {})};
        state_->logs.push_back(std::move(service.log));
    }
    co_await group_.start();
    group_.spawn(serve(toBytes(requests)));
    const io::StopToken token = stop;
    const auto relay =
        stop.onStop([this, token](io::StopLevel level) { stop_.request(level, token.reason()); });
    while (!state_->up && !state_->end) {
        co_await state_->changed.wait();
    }
    co_return state_->up ? *state_->up : *state_->end;
}

io::Task<Outcome> AgentServices::stop(io::StopToken stop) {
    const std::shared_ptr<State> state = std::exchange(state_, nullptr);
    if (!state) {
        co_return Outcome::succeeded();
    }
    stop_.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    const auto relay = stop.onStop([this](io::StopLevel level) {
        if (level == io::StopLevel::Immediate) {
            stop_.request(level, io::StopReason::Shutdown);
        }
    });
    while (!state->end) {
        co_await state->changed.wait();
    }
    co_await group_.join();
    co_return *state->end;
}

} // namespace cirque::exec
