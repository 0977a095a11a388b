// SPDX-License-Identifier: Apache-2.0
// From the log bytes of one try to annotation events: the first hundred, then one notice for the rest.
#pragma once

#include "app/local/journal-port.hh"
#include "feedback/annotations.hh"

#include <string_view>
#include <vector>

namespace cirque::app {

class AnnotationEvents {
  public:
    // `journal` outlives it.
    AnnotationEvents(TryRef ref, JournalPort& journal, feedback::Texts texts)
        : ref_(std::move(ref)), journal_(journal), scanner_(std::move(texts)) {}

    // Redacted bytes, in pieces of any size. Failure: that of the journal.
    Result<void> feed(std::string_view bytes);

    // The try has ended: its last line if it has no newline.
    Result<void> finish();

  private:
    void take(event::Annotation found);
    Result<void> flush();

    TryRef ref_;
    JournalPort& journal_;
    feedback::AnnotationScanner scanner_;
    std::vector<event::Body> bodies_;
    int count_ = 0;
};

} // namespace cirque::app
