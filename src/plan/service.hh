// SPDX-License-Identifier: Apache-2.0
// Programs that run beside the steps of a job, and how it is known that they are up. Pure.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "plan/step.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cirque::plan {

struct ServicePort {
    std::string name; // empty: it has none
    std::uint16_t number = 0;
    Json mapping; // of an image: as written; else null
    bool operator==(const ServicePort&) const = default;
};

// Ready when a command exits with 0.
struct ReadyExec {
    std::variant<BashRun, ArgvRun> action;
    bool operator==(const ReadyExec&) const = default;
};

// Ready when this machine answers at `target` with a status from 200 to 399.
struct ReadyHttp {
    std::string target; // see parseHttpTarget
    bool operator==(const ReadyHttp&) const = default;
};

// Ready when something accepts connections at `target`.
struct ReadyTcp {
    std::string target; // see parseTcpTarget
    bool operator==(const ReadyTcp&) const = default;
};

// Ready when a line of its output has this text in it.
struct ReadyLog {
    std::string text;
    bool operator==(const ReadyLog&) const = default;
};

struct Ready {
    std::variant<ReadyExec, ReadyHttp, ReadyTcp, ReadyLog> probe;
    Millis timeout{60000};
    Millis interval{100};
    bool operator==(const Ready&) const = default;
};

enum class Restart { Never, OnFailure, Always };

// How often a service is started again before it counts as failed.
inline constexpr int mostRestarts = 5;

struct Service {
    Step program;                      // its name, what runs, env, path, closure
    std::string image;                 // not empty: a container; not run by this version
    bool hasExec = true;               // false: nothing says what runs; only with an image
    std::optional<Derivation> package; // whose programs `exec` uses
    std::vector<ServicePort> ports;
    std::vector<Json> volumes;  // as written; not run by this version
    std::optional<Ready> ready; // none: as soon as its ports accept connections
    Restart restart = Restart::Never;
    bool operator==(const Service&) const = default;

    [[nodiscard]] const std::string& name() const { return program.name; }
};

// A place on this machine's loopback. `host` is "localhost", an address of 127.0.0.0/8 or "::1".
struct TcpTarget {
    std::string host = "localhost";
    std::uint16_t port = 0;
    bool operator==(const TcpTarget&) const = default;
};

struct HttpTarget {
    TcpTarget at;
    std::string path = "/"; // with its query
    std::string authority;  // as the Host header wants it
    bool operator==(const HttpTarget&) const = default;
};

// "5432", "localhost:5432", "[::1]:5432". Error: not a port, or not this machine.
Result<TcpTarget> parseTcpTarget(std::string_view text);

// "http://localhost:8000/health", or a port alone. Error: no http URL of this machine.
Result<HttpTarget> parseHttpTarget(std::string_view text);

// Where it listens on this machine, as far as the plan says: its ports and what its readiness asks.
std::vector<TcpTarget> targetsOf(const Service& service);

// SERVICE_<NAME>_HOST, SERVICE_<NAME>_PORT (the first one), SERVICE_<NAME>_PORT_<PORT'S NAME>.
std::vector<std::pair<std::string, std::string>> serviceVariables(const Service& service);

// "" or what is wrong with a value of the key `ports`, `http` or `tcp`.
std::string portsProblem(const Json& value);
std::string httpProblem(const Json& value);
std::string tcpProblem(const Json& value);

} // namespace cirque::plan
