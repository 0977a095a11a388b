// SPDX-License-Identifier: Apache-2.0
// Whether something answers on this machine's loopback: what readiness of a service is made of. Not a client:
// no names are looked up, no TLS, and of an answer only its status is read.
#pragma once

#include "base/result.hh"
#include "base/time.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <cstdint>
#include <string>

namespace cirque::io {

// Why there was no answer, in words; empty: there was one.
using NoAnswer = std::string;

// Connects to `host` ("localhost": IPv4, then IPv6; else an address) and closes again. Waits `limit` at most.
Task<NoAnswer> askTcp(std::string host, std::uint16_t port, Millis limit, StopToken stop);

struct HttpQuestion {
    std::string host; // as above
    std::uint16_t port = 0;
    std::string path;
    std::string authority; // the Host header
};

// GET by HTTP/1.1; a status from 200 to 399 is an answer.
Task<NoAnswer> askHttp(HttpQuestion question, Millis limit, StopToken stop);

// As askHttp; without a path as askTcp.
Task<NoAnswer> askLoopback(HttpQuestion question, Millis limit, StopToken stop);

} // namespace cirque::io
