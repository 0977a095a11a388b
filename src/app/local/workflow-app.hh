// SPDX-License-Identifier: Apache-2.0
// A workflow as a package of Nix (docs/nix.md, "nix run .#ci"): what the builder of nix/lib/app.nix makes,
// and how what it made finds its plan again.
#pragma once

#include "base/result.hh"

#include <string>

namespace cirque::app {

struct WorkflowApp {
    std::string planFile; // the raw document of the library
    std::string storeDir; // of Nix, where generated files lie
    std::string out;      // the output to make
    std::string program;  // its name in out/bin
    std::string cirque;   // the program that will run it; absolute
    std::string system;   // of jobs that name none
};

// Makes out/plan.json and out/bin/<program>. What the steps refer to is not realised again by a run: the
// output refers to it, so it is there wherever the output is. Blocks. Failures: InvalidPlan, and those of the
// file system.
Result<void> buildWorkflowApp(const WorkflowApp& app);

// The plan beside a program that buildWorkflowApp made, whatever links lead to it. NotFound when there is
// none.
Result<std::string> planOfApp(const std::string& program);

} // namespace cirque::app
