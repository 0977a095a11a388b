// SPDX-License-Identifier: Apache-2.0
// The journal reader on foreign bytes: it may refuse, never crash, and what it accepts it must write back the
// same.
#include "base/assert.hh"
#include "event/journal/journal.hh"
#include "event/types/json.hh"
#include "history/summary.hh"

#include <fmt/format.h>

#include <sys/mman.h>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cirque;
    const io::UniqueFd file(::memfd_create("journal", MFD_CLOEXEC));
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    CIRQUE_ASSERT(io::writeAll(file.get(), bytes, "journal").has_value(), "memory takes bytes");
    history::Summarizer summarizer{RunId()};
    static_cast<void>(
        event::readJournal(fmt::format("/proc/self/fd/{}", file.get()), [&](const event::Event& event) {
            const std::string line = event::toLine(event);
            const auto again = event::parseEvent(line);
            CIRQUE_ASSERT(again && *again && event::toLine(**again) == line,
                          "an event survives writing and reading");
            summarizer.add(event);
            return true;
        }));
    static_cast<void>(std::move(summarizer).take(false));
    return 0;
}
