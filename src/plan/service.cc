// SPDX-License-Identifier: Apache-2.0
#include "plan/service.hh"

#include "base/text.hh"
#include "plan/formats.hh"
#include "plan/location.hh"
#include "plan/schema.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cirque::plan {
namespace {

constexpr std::string_view scheme = "http://";

std::optional<std::uint16_t> portOf(std::string_view text) {
    std::uint16_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = code == std::errc{} && end == text.data() + text.size() && number != 0;
    return good ? std::optional(number) : std::nullopt;
}

// Names are not looked up: what a service of this job is asked must not leave the machine.
bool isLoopback(std::string_view host) {
    return host == "localhost" || host == "::1" ||
           (host.starts_with("127.") &&
            std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
}

Unexpected notHere(std::string_view host) {
    return fail(ErrorCode::InvalidPlan, fmt::format("{} is not this machine", quoted(host)),
                "a service runs beside the steps: write localhost");
}

// "HOST:PORT", "[::1]:PORT"; `fallback` when there is no port.
Result<TcpTarget> parseAuthority(std::string_view text, std::optional<std::uint16_t> fallback) {
    const bool bracketed = text.starts_with('[');
    const std::size_t close = bracketed ? text.find(']') : std::string_view::npos;
    if (bracketed && close == std::string_view::npos) {
        return fail(ErrorCode::InvalidPlan, fmt::format("{} has no ']'", quoted(text)));
    }
    const std::size_t colon = text.find(':', bracketed ? close : 0);
    const std::string_view host = bracketed ? text.substr(1, close - 1) : text.substr(0, colon);
    std::optional<std::uint16_t> port = fallback;
    if (colon != std::string_view::npos) {
        port = portOf(text.substr(colon + 1));
    }
    if (!port) {
        return fail(ErrorCode::InvalidPlan, fmt::format("{} has no port from 1 to 65535", quoted(text)));
    }
    if (!isLoopback(host)) {
        return notHere(host);
    }
    return TcpTarget{std::string(host), *port};
}

bool isPort(const Json& value) {
    const bool whole = value.is_uint64() || (value.is_int64() && value.get_int64() >= 0);
    const std::uint64_t number = whole ? value.to_number<std::uint64_t>() : 0;
    return number >= 1 && number <= 65535;
}

std::string notAPort(const Json& value) {
    return fmt::format("{} is not a port from 1 to 65535", quoted(toLine(value)));
}

template <class Parse>
std::string targetProblem(const Json& value, std::string_view what, Parse parse) {
    if (value.is_number()) {
        return isPort(value) ? "" : notAPort(value);
    }
    if (!value.is_string()) {
        return fmt::format("expected {}", what);
    }
    const std::string_view text(value.get_string());
    if (std::string problem = formatProblem(Type::Name, text); !problem.empty()) {
        return fmt::format("{} {}", quoted(text), problem);
    }
    const auto parsed = parse(text);
    return parsed ? "" : parsed.error().text();
}

} // namespace

Result<TcpTarget> parseTcpTarget(std::string_view text) {
    if (const auto port = portOf(text)) {
        return TcpTarget{"localhost", *port};
    }
    return parseAuthority(text, std::nullopt);
}

Result<HttpTarget> parseHttpTarget(std::string_view text) {
    if (const auto port = portOf(text)) {
        return HttpTarget{{"localhost", *port}, "/", fmt::format("localhost:{}", *port)};
    }
    if (!text.starts_with(scheme)) {
        return fail(ErrorCode::InvalidPlan, fmt::format("{} is not an http:// URL", quoted(text)),
                    "for https and the like use exec, with curl for instance");
    }
    if (text.find(' ') != std::string_view::npos) {
        return fail(ErrorCode::InvalidPlan, fmt::format("{} has a space in it", quoted(text)), "write %20");
    }
    const std::string_view rest = text.substr(scheme.size(), text.find('#') - scheme.size());
    const std::size_t end = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, end);
    HttpTarget out;
    CIRQUE_TRY_ASSIGN(out.at, parseAuthority(authority, 80));
    out.authority = authority;
    if (end != std::string_view::npos) {
        out.path = (rest[end] == '?' ? "/" : "") + std::string(rest.substr(end));
    }
    return out;
}

std::vector<TcpTarget> targetsOf(const Service& service) {
    std::vector<TcpTarget> out;
    const auto add = [&](TcpTarget target) {
        if (std::ranges::find(out, target.port, &TcpTarget::port) == out.end()) {
            out.push_back(std::move(target));
        }
    };
    for (const ServicePort& port : service.ports) {
        if (port.number != 0) {
            add({"localhost", port.number});
        }
    }
    if (service.ready) {
        if (const auto* http = std::get_if<ReadyHttp>(&service.ready->probe)) {
            if (auto target = parseHttpTarget(http->target)) {
                add(std::move(target->at));
            }
        } else if (const auto* tcp = std::get_if<ReadyTcp>(&service.ready->probe)) {
            if (auto target = parseTcpTarget(tcp->target)) {
                add(std::move(*target));
            }
        }
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> serviceVariables(const Service& service) {
    std::vector<std::pair<std::string, std::string>> out;
    const std::string stem = "SERVICE_" + sanitizeEnvName(service.name());
    for (const ServicePort& port : service.ports) {
        if (port.number == 0) {
            continue;
        }
        if (out.empty()) {
            out.emplace_back(stem + "_HOST", "127.0.0.1");
            out.emplace_back(stem + "_PORT", fmt::to_string(port.number));
        }
        if (!port.name.empty()) {
            out.emplace_back(fmt::format("{}_PORT_{}", stem, sanitizeEnvName(port.name)),
                             fmt::to_string(port.number));
        }
    }
    return out;
}

std::string portsProblem(const Json& value) {
    if (value.is_object()) {
        for (const auto& [name, port] : value.get_object()) {
            if (std::string_view(name) == "@pos") {
                continue;
            }
            if (std::string problem = formatProblem(Type::Name, name); !problem.empty()) {
                return fmt::format("{} {}", quoted(name), problem);
            }
            if (!isPort(port)) {
                return fmt::format("{}: {}", quoted(name), notAPort(port));
            }
        }
        return "";
    }
    if (!value.is_array()) {
        return "expected a list of ports, or an object of names and ports";
    }
    for (const Json& port : value.get_array()) {
        if (!port.is_object() && !isPort(port)) {
            return notAPort(port);
        }
    }
    return "";
}

std::string httpProblem(const Json& value) {
    return targetProblem(value, "a URL or a port", parseHttpTarget);
}

std::string tcpProblem(const Json& value) {
    return targetProblem(value, "a port or HOST:PORT", parseTcpTarget);
}

} // namespace cirque::plan
