// SPDX-License-Identifier: Apache-2.0
#include "app/local/control.hh"

#include "app/local/control-socket.hh"

#include <gtest/gtest.h>

namespace cirque::app {
namespace {

TEST(ControlWords, ARequestAndAnAnswerReadAsTheyWereWritten) {
    const auto whole = parseCancel(toLine(CancelRequest{}));
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->job, "");
    EXPECT_FALSE(whole->immediate);
    EXPECT_EQ(toLine(CancelRequest{"a \"b\"", true}),
              R"({"v":1,"cancel":{"job":"a \"b\"","immediate":true}})");
    const auto one = parseCancel(toLine(CancelRequest{"a \"b\"", true}));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->job, "a \"b\"");
    EXPECT_TRUE(one->immediate);
    EXPECT_TRUE(parseAnswer(answerLine({})));
    const auto no = parseAnswer(answerLine(fail(ErrorCode::NotFound, "it has ended", "look")));
    ASSERT_FALSE(no);
    EXPECT_EQ(no.error().message, "it has ended");
    EXPECT_EQ(no.error().hint, "look");
}

TEST(ControlWords, ARequestOfAnotherVersionOrKindIsRefused) {
    for (const char* line :
         {"", "{}", "[]", "cancel", R"({"v":2,"cancel":{}})", R"({"v":1})", R"({"v":1,"cancel":1})"}) {
        EXPECT_FALSE(parseCancel(line)) << line;
    }
    EXPECT_TRUE(parseCancel(R"({"v":1,"cancel":{"new":1},"newer":2})")) << "unknown fields are for later";
    for (const char* line : {"", "{}", R"({"v":1})", R"({"v":1,"ok":false})"}) {
        EXPECT_FALSE(parseAnswer(line)) << line;
    }
}

class Control : public ::testing::Test {
  protected:
    Control() {
        plan::Job job;
        job.name = "build";
        plan_.jobs.push_back(job);
    }

    void tell(event::Body body) { socket_->onEvent({1, {}, {}, {}, std::move(body)}); }

    plan::Plan plan_;
    std::shared_ptr<engine::RunControl> engine_ = std::make_shared<engine::RunControl>();
    int cancels_ = 0;
    std::unique_ptr<ControlSocket> socket_;

    void SetUp() override {
        socket_ = std::make_unique<ControlSocket>(plan_, engine_, [this] { ++cancels_; });
    }
};

TEST_F(Control, BeforeTheEngineListensACancelIsKept) {
    EXPECT_TRUE(socket_->cancel({"build", false}));
    EXPECT_EQ(engine_->takePendingJobs(), (std::vector<std::string>{"build"}));
    EXPECT_TRUE(socket_->cancel({"", true}));
    EXPECT_EQ(engine_->takePending(), (std::vector<int>{0, 0})) << "at once: as if asked twice";
    EXPECT_EQ(cancels_, 1) << "what comes before the first job is stopped too";
}

TEST_F(Control, AnUnknownJobIsNamedWithTheNearest) {
    const auto answer = socket_->cancel({"biuld", false});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::NotFound);
    EXPECT_NE(answer.error().hint.find("'build'"), std::string::npos) << answer.error().hint;
    EXPECT_TRUE(engine_->takePendingJobs().empty());
}

TEST_F(Control, AJobThatCameLaterIsKnownAndOneThatEndedIsSaid) {
    tell(event::JobsAdded{{{"test (1)", {}, {}}}, "test"});
    EXPECT_TRUE(socket_->cancel({"test (1)", false}));
    tell(event::JobFinished{"build", 1, Outcome::failedExit(7), false});
    const auto answer = socket_->cancel({"build", false});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().message.find("exit 7"), std::string::npos) << answer.error().message;
}

} // namespace
} // namespace cirque::app
