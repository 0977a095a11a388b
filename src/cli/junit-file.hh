// SPDX-License-Identifier: Apache-2.0
// JUnit XML on the command line: the file of `run --junit`, and the text of `show --format junit`.
#pragma once

#include "cli/command.hh"
#include "event/bus/listener.hh"
#include "history/summary.hh"
#include "report/junit/listener.hh"

#include <memory>
#include <string>

namespace cirque::cli {

class JunitFile {
  public:
    // Without --junit it does nothing. Failure (Usage): the folder of FILE does not exist, or FILE is one;
    // told before anything runs.
    static Result<JunitFile> open(const Context& context, const Arguments& arguments);

    // Null without --junit. Lives as long as this object.
    [[nodiscard]] event::Listener* listener() const { return listener_.get(); }

    // The run has ended, however it did. Blocks.
    Result<void> finish();

  private:
    std::unique_ptr<report::JunitListener> listener_;
};

// Reads the ends of the logs. Blocks.
std::string junitOf(const Context& context, const history::RunSummary& run);

} // namespace cirque::cli
