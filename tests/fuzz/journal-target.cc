// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "event/journal/journal.hh"
#include "event/types/json.hh"
#include "history/json.hh"
#include "tests/fuzz/target.hh"

#include <fmt/format.h>

#include <sys/mman.h>

namespace cirque::fuzz {

void journal(std::string_view bytes) {
    const io::UniqueFd file(::memfd_create("journal", MFD_CLOEXEC));
    CIRQUE_ASSERT(io::writeAll(file.get(), bytes, "journal").has_value(), "memory takes bytes");
    const RunId run = *RunId::parse("0197a8c2-1f3e-7abc-8def-0123456789ab");
    history::Summarizer summarizer(run);
    const auto take = [&](const event::Event& event) {
        const std::string line = event::toLine(event);
        const auto again = event::parseEvent(line);
        CIRQUE_ASSERT(again && *again && event::toLine(**again) == line,
                      "an event survives writing and reading");
        summarizer.add(event);
        return true;
    };
    const auto read = event::readJournal(fmt::format("/proc/self/fd/{}", file.get()), take);
    CIRQUE_ASSERT(read || !read.error().message.empty(), "a refusal must say why");
    const history::RunSummary summary = std::move(summarizer).take(false);
    const auto kept = history::parseRun(Json(history::runToJson(summary)));
    CIRQUE_ASSERT(kept && *kept == summary, "a summary survives being kept");
}

} // namespace cirque::fuzz
