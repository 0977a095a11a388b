// SPDX-License-Identifier: Apache-2.0
// How an attempt starts and ends the services of its job.
#include "engine/attempt-loop.hh"
#include "engine/service-events.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::engine {

Result<std::vector<exec::ServiceStart>> AttemptLoop::servicesToStart() {
    std::vector<exec::ServiceStart> out;
    for (std::size_t i = 0; i < job_->services.size(); ++i) {
        const plan::Service& service = job_->services[i];
        exec::ServiceStart start;
        start.spec.ref = {job_->name, attempt_, TryRef::firstService - static_cast<int>(i), 1};
        start.spec.service = service;
        plan::Step program = service.program;
        program.name.clear(); // it is no step
        auto env = stepEnv(program);
        if (!env) {
            return fail(std::move(env.error()).within(fmt::format("service '{}'", service.name())));
        }
        start.spec.env = std::move(*env);
        start.log = services_->add(start.spec.ref, service.name(), env_.redact);
        out.push_back(std::move(start));
    }
    return out;
}

io::Task<ActionResult> AttemptLoop::startServices() {
    services_ = std::make_shared<ServiceEvents>(world_.journal, world_.ports.clock, world_.ports.logs);
    ActionResult result;
    auto services = servicesToStart();
    if (!services) {
        result.outcome = outcomeOf(services.error());
        co_return result;
    }
    const std::shared_ptr<exec::ServiceObserver> observer = services_;
    result.outcome = co_await site_->startServices(std::move(*services), observer, stop_.token());
    co_return result;
}

io::Task<ActionResult> AttemptLoop::stopServices() {
    if (immediate_) {
        stop_.request(io::StopLevel::Immediate, io::StopReason::Cancelled);
    }
    ActionResult result;
    result.outcome = co_await site_->stopServices(stop_.token());
    co_return result;
}

} // namespace cirque::engine
