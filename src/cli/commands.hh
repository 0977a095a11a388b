// SPDX-License-Identifier: Apache-2.0
// The functions of cli/commands/, one file each; the table that names them is in commands.cc.
#pragma once

#include "cli/command.hh"

namespace cirque::cli {

Result<int> initCommand(const Context& context, const Arguments& arguments);
Result<int> doctorCommand(const Context& context, const Arguments& arguments);
Result<int> runCommand(const Context& context, const Arguments& arguments);
Result<int> checkCommand(const Context& context, const Arguments& arguments);
Result<int> planCommand(const Context& context, const Arguments& arguments);
Result<int> graphCommand(const Context& context, const Arguments& arguments);
Result<int> runsCommand(const Context& context, const Arguments& arguments);
Result<int> showCommand(const Context& context, const Arguments& arguments);
Result<int> gcCommand(const Context& context, const Arguments& arguments);
Result<int> explainCommand(const Context& context, const Arguments& arguments);
Result<int> traceCommand(const Context& context, const Arguments& arguments);
Result<int> logsCommand(const Context& context, const Arguments& arguments);
Result<int> rerunCommand(const Context& context, const Arguments& arguments);
Result<int> attachCommand(const Context& context, const Arguments& arguments);
Result<int> cancelCommand(const Context& context, const Arguments& arguments);
Result<int> artifactsCommand(const Context& context, const Arguments& arguments);

} // namespace cirque::cli
