// SPDX-License-Identifier: Apache-2.0
// What the services of an agent's job print and do, on its way to the coordinator.
#pragma once

#include "agent/protocol/services.hh"

#include <functional>
#include <memory>
#include <utility>

namespace cirque::agent {

class ServiceRecords : public ServiceObserver {
  public:
    // `send` takes the bytes of one record; `congested` as Sink::congested. Both outlive every sink.
    ServiceRecords(std::function<void(std::string)> send, std::function<bool()> congested)
        : ways_(std::make_shared<Ways>(std::move(send), std::move(congested))) {}

    void onService(const ServiceNews& news) override {
        ways_->send(toBytes(ServiceRecord{ServiceRecord::Kind::News, news, false, {}}));
    }

    void up(const Outcome& outcome) {
        const ServiceNews news{0, ServiceState::Ready, outcome};
        ways_->send(toBytes(ServiceRecord{ServiceRecord::Kind::Up, news, false, {}}));
    }

    [[nodiscard]] std::shared_ptr<Sink> log(std::size_t service) const {
        return std::make_shared<Log>(ways_, service);
    }

  private:
    struct Ways {
        std::function<void(std::string)> send;
        std::function<bool()> congested;
    };

    class Log : public Sink {
      public:
        Log(std::shared_ptr<Ways> ways, std::size_t service) : ways_(std::move(ways)), service_(service) {}

        Result<void> write(std::string_view bytes, bool late) override {
            const ServiceNews whose{service_, ServiceState::Started, {}};
            ways_->send(toBytes(ServiceRecord{ServiceRecord::Kind::Log, whose, late, std::string(bytes)}));
            return {};
        }

        [[nodiscard]] bool congested() const override { return ways_->congested(); }

      private:
        std::shared_ptr<Ways> ways_;
        std::size_t service_;
    };

    std::shared_ptr<Ways> ways_;
};

} // namespace cirque::agent
