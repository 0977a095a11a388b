// SPDX-License-Identifier: Apache-2.0
#include "app/local/known-secrets.hh"

#include "event/types/event.hh"

#include <gtest/gtest.h>

namespace cirque::app {
namespace {

const std::string secret = "first line\nsecond line";

// Each text of a body that a step can choose holds the secret with its newline, as `%0A` in a property does.
template <class Body>
Body redacted(Body body) {
    KnownSecrets secrets;
    secrets.add({secret});
    event::Body any = std::move(body);
    secrets.redact(any);
    return std::get<Body>(any);
}

TEST(KnownSecrets, NoTextOfAnAnnotationTellsThem) {
    event::Annotation told;
    told.level = "error";
    told.file = "a/" + secret;
    told.title = told.message = secret;
    const event::Annotation kept = redacted(told);
    EXPECT_EQ(kept.file, "a/***");
    EXPECT_EQ(kept.title, "***");
    EXPECT_EQ(kept.message, "***");
    EXPECT_EQ(kept.level, "error");
}

TEST(KnownSecrets, NoTextOfATestReportTellsThem) {
    event::TestsReported told;
    told.job = "test";
    told.source = secret + ".xml";
    event::TestCase& failed = told.failures.emplace_back();
    failed.suite = failed.name = failed.file = failed.message = secret;
    const event::TestsReported kept = redacted(told);
    EXPECT_EQ(kept.source, "***.xml");
    EXPECT_EQ(kept.job, "test");
    const event::TestCase& test = kept.failures.at(0);
    EXPECT_EQ(test.suite + test.name + test.file + test.message, "************");
}

// Wrong: every try of every job builds the automaton of all secrets again, or one more value is not hidden.
TEST(KnownSecrets, OneSetServesAllLogsThatHaveNoOtherSecret) {
    KnownSecrets secrets;
    secrets.add({secret, "hunter22"});
    EXPECT_EQ(secrets.with({"hunter22"}), secrets.with({}));
    secret::Redactor other(secrets.with({"another"}));
    std::string shown(other.apply("hunter22 another"));
    shown += other.flush();
    EXPECT_EQ(shown, "*** ***");
}

} // namespace
} // namespace cirque::app
