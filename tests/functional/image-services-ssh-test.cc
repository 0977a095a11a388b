// SPDX-License-Identifier: Apache-2.0
// Services from images on another host: by its own engine, and gone from it however the run ends.
#include "tests/functional/support/places.hh"
#include "tests/functional/support/port.hh"
#include "tests/functional/support/sshd.hh"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace cirque::test {
namespace {

class ImageServicesThere : public testing::Test {
  protected:
    // A job of the other host with a service whose container runs `script`.
    std::string plan(const std::string& script, const std::string& extra, const std::string& step) const {
        return project_.planOf(
            {step}, fmt::format(R"("executor":{{"kind":"ssh","options":{{"host":"{}","user":"{}","port":{},
                           "identityFile":"{}","options":{{"UserKnownHostsFile":"{}"}}}}}},
                           "services":{{"db":{{"image":"{}","exec":{}{}}}}})",
                                host_.host(), host_.user(), host_.port(), host_.identity(),
                                host_.knownHosts(), Places::image, quoteJson(script), extra));
    }

    void expectGone() const {
        std::string left = "?";
        for (int tries = 150; tries > 0 && !left.empty(); --tries) {
            left = host_.ssh("podman ps --all --format '{{.Names}}'").out;
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        EXPECT_EQ(left, "");
        project_.expectNoLeftovers();
    }

    Places places_;
    Project project_;
    Sshd host_{SshdOptions{true, {}, {}, places_.folders(), places_.bin()}};
};

TEST_F(ImageServicesThere, RunByItsEngineAndAreReachedFromSteps) {
    const int port = freePort();
    const std::string server = fmt::format(
        "exec perl -MIO::Socket::INET -e '$|=1; my $s=IO::Socket::INET->new(Listen=>9,LocalPort=>{}) or die; "
        "$SIG{{TERM}}=sub{{print qq(got TERM\\n);exit 0}}; while(1){{my $c=$s->accept or next; "
        "print $c qq(from over there\\n); close $c}}'",
        port);
    const Ran ran = project_.cirque(
        {"run",
         plan(server, fmt::format(R"(,"ports":[{}])", port),
              "cat < /dev/tcp/$SERVICE_DB_HOST/$SERVICE_DB_PORT; podman ps --format '{{.Names}}'"),
         "--no-tui"},
        90);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("from over there") && ran.outHas("service1")) << ran.all();
    EXPECT_EQ(project_.cirque({"logs", project_.lastRun(), "main/db"}).out, "got TERM\n");
    expectGone();
}

// The agent over there hears that its caller is gone, and leaves nothing.
TEST_F(ImageServicesThere, AreGoneAfterAKillOfCirque) {
    Running running = project_.start({"run",
                                      plan("trap '' TERM; echo up; while :; do sleep 0.1; done",
                                           R"(,"ready":{"log":"up"})", "echo IN-STEP; sleep 600"),
                                      "--no-tui"});
    for (int tries = 300; tries > 0 && !running.outSoFar().contains("IN-STEP"); --tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_NE(host_.ssh("podman ps --format '{{.Names}}'").out, "");
    running.signal(SIGKILL);
    (void)running.wait();
    expectGone();
}

} // namespace
} // namespace cirque::test
