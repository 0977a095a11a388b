// SPDX-License-Identifier: Apache-2.0
// Lines that command the runner of GitHub Actions ("::error file=a::text"), and how output is kept from being
// such lines. The forms are those of GitHub's page "Workflow commands for GitHub Actions" and of its runner,
// which finds "::name" at the start of a line and "##[name" anywhere in one.
#pragma once

#include "event/types/event.hh"

#include <functional>
#include <string>
#include <string_view>

namespace cirque::report::github {

// Everything after begin() is plain text to the runner until its secret word comes; only command() and end()
// say it. A word is used once: what it stops never gets to see it in time.
class Guard {
  public:
    // `word` gives another unguessable word at each call.
    explicit Guard(std::function<std::string()> word) : word_(std::move(word)) {}

    [[nodiscard]] std::string begin();
    // The command lines (with their newlines) between what switches the runner on and off again.
    [[nodiscard]] std::string command(std::string_view lines);
    [[nodiscard]] std::string end();

  private:
    std::function<std::string()> word_;
    std::string current_; // empty: commands are obeyed
};

// A word of 74 random bits.
std::string randomWord();

// "::group::NAME\n".
std::string group(std::string_view name);
inline constexpr std::string_view endGroup = "::endgroup::\n";

// "::error file=a.c,line=3,title=T::message\n". An unknown level is a notice.
std::string annotation(const event::Annotation& annotation);

} // namespace cirque::report::github
