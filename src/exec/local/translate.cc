// SPDX-License-Identifier: Apache-2.0
#include "exec/local/translate.hh"

namespace cirque::exec {

namespace {

std::vector<agent::Variables> toLayers(std::vector<Vars> layers) {
    std::vector<agent::Variables> out;
    out.reserve(layers.size());
    for (Vars& layer : layers) {
        agent::Variables& variables = out.emplace_back();
        variables.reserve(layer.size());
        for (Var& var : layer) {
            variables.push_back({std::move(var.name), std::move(var.value), var.secret});
        }
    }
    return out;
}

class SinkToAgent : public agent::Sink {
  public:
    explicit SinkToAgent(std::shared_ptr<OutputSink> sink) : sink_(std::move(sink)) {}

    Result<void> write(std::string_view bytes, bool late) override { return sink_->write(bytes, late); }

    [[nodiscard]] bool congested() const override { return sink_->congested(); }

  private:
    std::shared_ptr<OutputSink> sink_;
};

ServiceState toState(agent::ServiceState state) {
    switch (state) {
    case agent::ServiceState::Started:
        return ServiceState::Started;
    case agent::ServiceState::Ready:
        return ServiceState::Ready;
    case agent::ServiceState::Failing:
        return ServiceState::Failing;
    case agent::ServiceState::Ended:
        return ServiceState::Ended;
    case agent::ServiceState::Stopped:
        return ServiceState::Stopped;
    }
    return ServiceState::Ended;
}

class ObserverToAgent : public agent::ServiceObserver {
  public:
    explicit ObserverToAgent(std::shared_ptr<exec::ServiceObserver> observer)
        : observer_(std::move(observer)) {}

    void onService(const agent::ServiceNews& news) override {
        observer_->onService({news.service, toState(news.state), news.outcome});
    }

  private:
    std::shared_ptr<exec::ServiceObserver> observer_;
};

} // namespace

agent::StepRequest toRequest(StepSpec spec) {
    agent::StepRequest request;
    request.index = spec.ref.step;
    request.tryNumber = spec.ref.tryNumber;
    request.name = std::move(spec.name);
    request.step = std::move(spec.step);
    request.below = toLayers(std::move(spec.env.below));
    request.above = toLayers(std::move(spec.env.above));
    request.isCondition = spec.isCondition;
    request.conditionScript = std::move(spec.conditionScript);
    return request;
}

StepResult toResult(agent::StepEnd end) {
    StepResult result;
    result.outcome = std::move(end.outcome);
    result.outputs = std::move(end.outputs);
    result.summary = std::move(end.summary);
    result.summaryProblem = std::move(end.summaryProblem);
    return result;
}

agent::ServiceRequest toRequest(ServiceSpec spec) {
    return {std::move(spec.service), toLayers(std::move(spec.env.below)),
            toLayers(std::move(spec.env.above))};
}

std::shared_ptr<agent::Sink> toSink(std::shared_ptr<OutputSink> sink) {
    return std::make_shared<SinkToAgent>(std::move(sink));
}

std::shared_ptr<agent::ServiceObserver> toObserver(std::shared_ptr<ServiceObserver> observer) {
    return std::make_shared<ObserverToAgent>(std::move(observer));
}

} // namespace cirque::exec
