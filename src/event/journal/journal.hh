// SPDX-License-Identifier: Apache-2.0
// The journal of a run: journal.jsonl in its folder, one writer, append only.
#pragma once

#include "base/result.hh"
#include "event/types/event.hh"
#include "io/process/fd.hh"

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace cirque::event {

class JournalWriter {
  public:
    // Creates the file (O_EXCL). Failure: the system's reason; DiskFull and Permission are told apart.
    static Result<JournalWriter> create(const std::string& path);

    // write(2) of all events in one call; fdatasync when one of them is terminal (job.finished that is not
    // ok, or run.finished). After a failure the file may end in a torn line, which readers skip. Blocks.
    Result<void> append(std::span<const Event> events);

  private:
    JournalWriter() = default;
    io::UniqueFd file_;
    std::string path_;
    std::int64_t size_ = 0; // of what is whole; a torn end is cut off before the next append
    bool torn_ = false;
    std::string buffer_;
};

// Calls `fn` for each event of the file in order until it returns false. Unknown types are skipped, a torn
// last line is ignored; a broken line in the middle is an error (Corrupt) that names the line. Memory: one
// block, not the file.
Result<void> readJournal(const std::string& path, const std::function<bool(const Event&)>& fn);

} // namespace cirque::event
