// SPDX-License-Identifier: Apache-2.0
// Services on their way to another place, and the one part of keeping them that needs no process.
#include "agent/protocol/services.hh"

#include "agent/protocol/messages.hh"
#include "agent/service-log.hh"
#include "plan/parse.hh"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace cirque::agent {
namespace {

std::vector<ServiceRequest> everyService() {
    std::ifstream file(CIRQUE_TEST_DATA "/plan/v1/services-run.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    Result<plan::Plan> plan = plan::parsePlanText(text, "test");
    EXPECT_TRUE(plan) << plan.error().text();
    std::vector<ServiceRequest> out;
    for (const plan::Service& service : plan->jobs[0].services) {
        out.push_back({service,
                       {{{"A", "b\xff\n", true}}, {}},
                       {{{"C", "", false}}},
                       {"name-" + service.name(), {"a=b", "c=d"}, "container:x"}});
    }
    return out;
}

// What another place runs must be what the plan says.
TEST(Services, TravelAsTheyAre) {
    const std::vector<ServiceRequest> sent = everyService();
    const auto got = parseServices(toBytes(sent));
    ASSERT_TRUE(got) << got.error().text();
    ASSERT_EQ(got->size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        plan::Service service = sent[i].service;
        service.program.closure = {};
        EXPECT_EQ((*got)[i].service, service) << service.name();
        EXPECT_EQ((*got)[i].container, sent[i].container);
        ASSERT_EQ((*got)[i].below.size(), 2U);
        EXPECT_EQ((*got)[i].below[0].at(0).value, "b\xff\n");
        EXPECT_TRUE((*got)[i].below[0].at(0).secret);
        EXPECT_EQ((*got)[i].above[0].at(0).name, "C");
    }
}

TEST(Services, RecordsTravelAsTheyAre) {
    ServiceRecord record{
        ServiceRecord::Kind::News, {3, ServiceState::Ended, Outcome::failedExit(7)}, true, "a\0b"};
    const auto got = parseServiceRecord(toBytes(record));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->kind, record.kind);
    EXPECT_EQ(got->news.service, 3U);
    EXPECT_EQ(got->news.state, ServiceState::Ended);
    EXPECT_EQ(got->news.outcome, record.news.outcome);
    EXPECT_TRUE(got->late);
    EXPECT_EQ(got->bytes, record.bytes);
}

// A place may be a stranger's: garbage is refused, never run.
TEST(Services, GarbageIsRefused) {
    const std::string services = toBytes(everyService());
    const std::string record = toBytes(ServiceRecord{});
    for (std::size_t size = 0; size < services.size(); size += 7) {
        EXPECT_FALSE(parseServices(std::string_view(services).substr(0, size))) << size;
    }
    for (std::size_t size = 0; size < record.size(); ++size) {
        EXPECT_FALSE(parseServiceRecord(std::string_view(record).substr(0, size))) << size;
    }
    std::string odd = record;
    odd[0] = 9;
    EXPECT_FALSE(parseServiceRecord(odd));
}

TEST(Services, AQuestionTravelsAsItIs) {
    const std::string bytes = toBytes(Ask{"localhost", 8080, "/up?x=1", "localhost:8080", Millis(1500)});
    const auto got = parseAsk(bytes);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->host + got->path + got->authority, "localhost/up?x=1localhost:8080");
    EXPECT_EQ(got->port, 8080);
    EXPECT_EQ(got->limit, Millis(1500));
    EXPECT_TRUE(parseCallKind(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(parseAsk(std::string_view(bytes).substr(0, size))) << size;
    }
    EXPECT_FALSE(parseAsk(toBytes(Ask{"localhost", 65536, "", "", Millis(1)})));
}

class NoSink : public Sink {
  public:
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

// Output comes in pieces of any size.
TEST(Services, TheAwaitedTextIsFoundInPieces) {
    const std::string text = "x ready ready to accept";
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
        ServiceLog log(std::make_shared<NoSink>(), "ready to");
        for (std::size_t at = 0; at < text.size(); at += piece) {
            EXPECT_EQ(log.seen(), text.substr(0, at).contains("ready to")) << piece << " " << at;
            EXPECT_TRUE(log.write(std::string_view(text).substr(at, piece), false));
        }
        EXPECT_TRUE(log.seen()) << piece;
        log.forget();
        EXPECT_FALSE(log.seen());
    }
    ServiceLog none(std::make_shared<NoSink>(), "");
    EXPECT_TRUE(none.write("anything", false));
    EXPECT_FALSE(none.seen());
}

} // namespace
} // namespace cirque::agent
