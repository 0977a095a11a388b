// SPDX-License-Identifier: Apache-2.0
// What a plan says about services: what is refused, and what the rest means.
#include "plan/service.hh"
#include "tests/unit/plan/support.hh"

namespace cirque::plan {
namespace {

Lines problemsOfService(std::string_view keys) {
    return problemsOfJob(fmt::format(R"("services": {{"s": {{{}}}}})", keys));
}

// A service of which nobody knows what runs would be a green run without it.
TEST(Services, OneThingSaysWhatRuns) {
    const std::string drv = R"("package": {"drv": "/nix/store/4rz6kcj0qgxrw1r2jzshmg4y7yyv1bnc-x.drv"})";
    EXPECT_EQ(problemsOfService("").size(), 1U);
    EXPECT_EQ(problemsOfService(drv).size(), 1U) << "which of its programs?";
    EXPECT_EQ(problemsOfService(R"("image": "i", )" + drv).size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", )" + drv), Lines{});
    EXPECT_EQ(problemsOfService(R"("exec": ["x", "y"])"), Lines{});
    EXPECT_EQ(problemsOfService(R"("image": "i", "exec": "x")"), Lines{});
    EXPECT_EQ(problemsOfService(R"("exec": [])").size(), 1U);
}

TEST(Services, AMisspeltKeyIsNamed) {
    EXPECT_EQ(problemsOfService(R"("exec": "x", "redy": {"tcp": 1})"),
              (Lines{"jobs.j.services.s: unknown key 'redy' (did you mean 'ready'? this cirque reads plan "
                     "version 1)"}));
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"tcp": 1, "timeuot": 5})").size(), 1U);
}

TEST(Services, ReadinessIsOfOneKind) {
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"tcp": 1, "log": "up"})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"log": ""})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"log": "a\nb"})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"tcp": 1, "timeout": 0})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ready": {"tcp": 1, "interval": "soon"})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "restart": "sometimes")").size(), 1U);
}

TEST(Services, PortsAreNumbersAndBelongToOneService) {
    for (const char* bad : {"0", "65536", "-1", "1.5", "\"80\"", "true"}) {
        EXPECT_EQ(problemsOfService(fmt::format(R"("exec": "x", "ports": [{}])", bad)).size(), 1U) << bad;
        EXPECT_EQ(problemsOfService(fmt::format(R"("exec": "x", "ports": {{"p": {}}})", bad)).size(), 1U)
            << bad;
    }
    EXPECT_EQ(problemsOfService(R"("exec": "x", "ports": [{"container": 80}])").size(), 1U);
    EXPECT_EQ(
        problemsOfJob(
            R"("services": {"a": {"exec": "x", "ports": [80]}, "b": {"exec": "x", "ports": [80]}})"),
        (Lines{"jobs.j.services.b.ports: port 80 is already one of service 'a' (the services of a job share "
               "this machine: give each its own)"}));
    EXPECT_EQ(problemsOfJob(
                  R"("services": {"a-b": {"exec": "x", "ports": [80]}, "a_b": {"exec": "x", "ports": [81]}})")
                  .size(),
              2U)
        << "SERVICE_A_B_PORT and SERVICE_A_B_HOST would have two values";
}

TEST(Services, TheirEnvironmentIsCheckedLikeThatOfSteps) {
    EXPECT_EQ(problemsOfService(R"("exec": "x", "env": {"A": {"param": "p"}})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "env": {"JOB_DIR": "p"})").size(), 1U);
    EXPECT_EQ(problemsOfService(R"("exec": "x", "path": ["bin"])").size(), 1U);
}

// What is probed is this machine: a plan must not make a run wait for, or trust, another one.
TEST(Services, TargetsAreOfThisMachine) {
    EXPECT_EQ(parseTcpTarget("80").value(), (TcpTarget{"localhost", 80}));
    EXPECT_EQ(parseTcpTarget("127.0.0.1:5432").value(), (TcpTarget{"127.0.0.1", 5432}));
    EXPECT_EQ(parseTcpTarget("[::1]:5432").value(), (TcpTarget{"::1", 5432}));
    for (const char* bad : {"", "x", "0", "70000", "localhost", "localhost:", "localhost:x", "example.org:80",
                            "127.0.0.1.evil:80", "10.0.0.1:80", "[::1", "[::2]:80"}) {
        EXPECT_FALSE(parseTcpTarget(bad)) << bad;
    }
    const HttpTarget target = parseHttpTarget("http://localhost:8000/a?b=c#d").value();
    EXPECT_EQ(target, (HttpTarget{{"localhost", 8000}, "/a?b=c", "localhost:8000"}));
    EXPECT_EQ(parseHttpTarget("http://127.0.0.1").value().at.port, 80);
    EXPECT_EQ(parseHttpTarget("http://[::1]:8000?x").value().path, "/?x");
    EXPECT_EQ(parseHttpTarget("8025").value().at.port, 8025);
    for (const char* bad : {"", "https://localhost/", "ftp://localhost", "http://", "http://example.org/",
                            "http://localhost/a b", "localhost:80", "http://localhost@evil/"}) {
        EXPECT_FALSE(parseHttpTarget(bad)) << bad;
    }
}

TEST(Services, VariablesNameTheFirstPortAndEachNamedOne) {
    const Plan read = planOfJobs(R"({"j": {"steps": [{"run": ":"}], "services": {
        "my-db": {"exec": "x", "ports": {"sql": 5432, "web-ui": 80}}, "none": {"exec": "x"}}}})");
    using Variables = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(serviceVariables(read.jobs[0].services[0]), (Variables{{"SERVICE_MY_DB_HOST", "127.0.0.1"},
                                                                     {"SERVICE_MY_DB_PORT", "5432"},
                                                                     {"SERVICE_MY_DB_PORT_SQL", "5432"},
                                                                     {"SERVICE_MY_DB_PORT_WEB_UI", "80"}}));
    EXPECT_EQ(serviceVariables(read.jobs[0].services[1]), Variables{});
}

} // namespace
} // namespace cirque::plan
