// SPDX-License-Identifier: Apache-2.0
#include "agent/protocol/services.hh"

#include "agent/protocol/parts.hh"
#include "plan/convert.hh"
#include "plan/to-json-parts.hh"

namespace cirque::agent {

std::string toBytes(const std::vector<ServiceRequest>& services) {
    Writer out = callOf(CallKind::RunServices);
    out.list(services, [](Writer& to, const ServiceRequest& request) {
        plan::Service service = request.service;
        service.program.closure = {};
        to.text(service.name());
        to.text(toLine(plan::parts::toJson(service)));
        to.list(request.below, writeVariables);
        to.list(request.above, writeVariables);
        to.text(request.container.name);
        to.list(request.container.labels, writeText);
        to.text(request.container.network);
    });
    return std::move(out).take();
}

Result<std::vector<ServiceRequest>> parseServices(std::string_view payload) {
    Reader in = argumentsOf(payload);
    std::vector<ServiceRequest> services;
    in.list(services, [](Reader& from) {
        ServiceRequest request;
        const std::string name = from.text();
        const auto json = parseJson(from.text(), "a service");
        if (json) {
            request.service = plan::convert::service(name, *json);
        } else {
            from.refuse();
        }
        from.list(request.below, readVariables);
        from.list(request.above, readVariables);
        request.container.name = from.text();
        from.list(request.container.labels, readText);
        request.container.network = from.text();
        return request;
    });
    return finished(in, std::move(services), "the services of a job");
}

std::string toBytes(const ServiceRecord& record) {
    Writer out;
    out.number(static_cast<std::int64_t>(record.kind));
    out.number(static_cast<std::int64_t>(record.news.service));
    out.number(static_cast<std::int64_t>(record.news.state));
    writeOutcome(out, record.news.outcome);
    out.flag(record.late);
    out.text(record.bytes);
    return std::move(out).take();
}

Result<ServiceRecord> parseServiceRecord(std::string_view payload) {
    Reader in(payload);
    ServiceRecord record;
    record.kind = static_cast<ServiceRecord::Kind>(in.number());
    record.news.service = static_cast<std::size_t>(in.number());
    record.news.state = static_cast<ServiceState>(in.number());
    record.news.outcome = readOutcome(in);
    record.late = in.flag();
    record.bytes = in.text();
    if (record.kind < ServiceRecord::Kind::Log || record.kind > ServiceRecord::Kind::Up ||
        record.news.state < ServiceState::Started || record.news.state > ServiceState::Stopped) {
        in.refuse();
    }
    return finished(in, std::move(record), "what a service does");
}

std::string toBytes(const Ask& ask) {
    Writer out = callOf(CallKind::Ask);
    out.text(ask.host);
    out.number(ask.port);
    out.text(ask.path);
    out.text(ask.authority);
    out.number(ask.limit.count());
    return std::move(out).take();
}

Result<Ask> parseAsk(std::string_view payload) {
    Reader in = argumentsOf(payload);
    Ask ask;
    ask.host = in.text();
    ask.port = in.number();
    ask.path = in.text();
    ask.authority = in.text();
    ask.limit = Millis(in.number());
    constexpr std::int64_t lastPort = 65535;
    if (ask.port < 1 || ask.port > lastPort || ask.limit.count() < 0) {
        in.refuse();
    }
    return finished(in, std::move(ask), "whom to ask");
}

} // namespace cirque::agent
