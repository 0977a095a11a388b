// SPDX-License-Identifier: Apache-2.0
// The last word of a journal is its run's verdict.
#include "app/local/journal-port.hh"

#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

namespace cirque::app {
namespace {

class Heard final : public event::Listener {
  public:
    std::vector<event::Event> events;

    void onEvent(const event::Event& event) override { events.push_back(event); }
};

event::Body notice() {
    return event::Notice{"info", "", "still here", ""};
}

TEST(JournalPort, NothingFollowsTheVerdict) {
    const io::TempFolder folder;
    auto writer = event::JournalWriter::create(folder / "journal.jsonl");
    ASSERT_TRUE(writer);
    event::Bus bus;
    Heard heard;
    bus.add(heard);
    const KnownSecrets secrets;
    JournalPort port(std::move(*writer), bus, secrets, RunId::make(1));
    EXPECT_TRUE(port.append({notice(), event::RunFinished{Outcome::failedExit(1), 1}, notice()}));
    EXPECT_TRUE(port.append({notice()})) << "what still winds down is no failure";
    EXPECT_FALSE(port.failure());
    std::vector<bool> isVerdict;
    const auto read = event::readJournal(folder / "journal.jsonl", [&](const event::Event& event) {
        isVerdict.push_back(std::holds_alternative<event::RunFinished>(event.body));
        return true;
    });
    EXPECT_TRUE(read);
    EXPECT_EQ(isVerdict, (std::vector<bool>{false, true}));
    EXPECT_EQ(heard.events.size(), 2U) << "listeners hear what the journal holds";
}

} // namespace
} // namespace cirque::app
