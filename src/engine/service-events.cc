// SPDX-License-Identifier: Apache-2.0
#include "engine/service-events.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::engine {
std::shared_ptr<exec::OutputSink> ServiceEvents::add(TryRef ref, std::string name,
                                                     std::vector<std::string> redact) {
    One& one = services_.emplace_back();
    one.ref = std::move(ref);
    one.name = std::move(name);
    one.log = std::make_shared<LazySink>(logs_, one.ref, std::move(redact));
    return one.log;
}

void ServiceEvents::onService(const exec::ServiceNews& news) {
    One& one = services_.at(news.service);
    std::vector<event::Body> bodies;
    switch (news.state) {
    case exec::ServiceState::Started:
        one.began = one.starts == 0 ? clock_.now() : one.began;
        bodies.emplace_back(event::ServiceStarted{one.ref, one.name, ++one.starts});
        break;
    case exec::ServiceState::Ready:
        one.up = true;
        bodies.emplace_back(event::ServiceReady{one.ref, one.name, clock_.now() - one.began});
        break;
    case exec::ServiceState::Failing:
        bodies.emplace_back(event::ServiceRestarting{one.ref, one.name, one.starts, news.outcome});
        bodies.emplace_back(
            event::Notice{"warning", one.ref.job,
                          fmt::format("service '{}' ended ({}) and is started again", one.name,
                                      news.outcome.ok() ? "exit 0" : describe(news.outcome)),
                          ""});
        break;
    case exec::ServiceState::Ended:
    case exec::ServiceState::Stopped:
        ended(one, news, bodies);
        break;
    }
    (void)journal_(std::move(bodies)); // a journal that fails ends the run, wherever that is seen
}

void ServiceEvents::ended(One& one, const exec::ServiceNews& news, std::vector<event::Body>& bodies) {
    if (const Result<void> finished = one.log->finish(); !finished) {
        bodies.emplace_back(
            event::Notice{"warning", one.ref.job, finished.error().text(), finished.error().hint});
    }
    bodies.emplace_back(event::ServiceStopped{one.ref, one.name, news.outcome});
    if (one.up && news.state == exec::ServiceState::Ended) {
        bodies.emplace_back(event::Notice{"warning", one.ref.job,
                                          fmt::format("service '{}' ended before the job did ({})", one.name,
                                                      news.outcome.ok() ? "exit 0" : describe(news.outcome)),
                                          ""});
    }
}

} // namespace cirque::engine
