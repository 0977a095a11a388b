// SPDX-License-Identifier: Apache-2.0
// Annotations in what a step prints: `::error file=a.c,line=3::text`, also warning and notice, as GitHub's
// workflow commands write them. Fed with the bytes of the log in pieces of any size; looks at the beginnings
// of lines only, so that a log without "::" costs one search. Pure.
//
// A command may stand after blanks; its name and the names of its properties ignore case; %25 %0D %0A (and in
// properties %3A %2C) are unescaped. `::stop-commands::TOKEN` makes everything but the line `::TOKEN::` plain
// text. Every other command is plain text.
#pragma once

#include "event/types/feedback.hh"
#include "feedback/texts.hh"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::feedback {

// A longer line is cut there; it still counts as one line.
inline constexpr std::size_t longestCommand = 16U << 10U;

class AnnotationScanner {
  public:
    // Without its `ref`. Texts are as printed, not checked to be UTF-8.
    using Found = std::function<void(event::Annotation)>;

    // Redacted before, but a command's escapes may have hidden something.
    explicit AnnotationScanner(Texts texts = {}) : texts_(std::move(texts)) {}

    void feed(std::string_view bytes, const Found& found);

    // The stream has ended: the last line if it has no newline.
    void finish(const Found& found);

  private:
    enum class State { LineStart, Held, Skipping };

    std::string_view takeHeld(std::string_view bytes, const Found& found);
    std::string_view findCommand(std::string_view bytes, const Found& found);
    void hold(std::string_view tail);
    void line(std::string_view text, const Found& found);

    Texts texts_;
    State state_ = State::LineStart;
    std::string held_;                // of a line that may become a command
    std::optional<std::string> stop_; // the token that ends stop-commands
};

} // namespace cirque::feedback
