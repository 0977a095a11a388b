// SPDX-License-Identifier: Apache-2.0
// The services of a job as one call: it is under way from their start to their end, a Stop ends them, and its
// answer is a StepEnd of which only the outcome counts. Each Output frame of it is one ServiceRecord.
#pragma once

#include "agent/service.hh"
#include "base/result.hh"
#include "base/time.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::agent {

std::string toBytes(const std::vector<ServiceRequest>& services); // closures are left out
Result<std::vector<ServiceRequest>> parseServices(std::string_view payload);

struct ServiceRecord {
    enum class Kind : std::int64_t {
        Log = 1,  // service, late, bytes
        News = 2, // news
        Up = 3,   // news.outcome: what StepRunner::startServices came to; once
    };
    Kind kind = Kind::Log;
    ServiceNews news; // Log: of its `service` only
    bool late = false;
    std::string bytes;
};

std::string toBytes(const ServiceRecord& record);
Result<ServiceRecord> parseServiceRecord(std::string_view payload);

// Whether something answers at the place, as io::askLoopback; Done carries why not as its error.
struct Ask {
    std::string host;
    std::int64_t port = 0;
    std::string path;
    std::string authority;
    Millis limit{0};
};

std::string toBytes(const Ask& ask);
Result<Ask> parseAsk(std::string_view payload);

} // namespace cirque::agent
