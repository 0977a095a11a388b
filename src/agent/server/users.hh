// SPDX-License-Identifier: Apache-2.0
// Who this process is at its place, by the place's own /etc/passwd (passwd(5)): a static program cannot ask
// the system's name services.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::agent {

// "USER=", "LOGNAME=", "HOME=" and "SHELL=" of the user `uid` in the text of a passwd file; empty when it has
// no such user.
std::vector<std::string> variablesOfUser(std::string_view passwd, unsigned uid);

// `environment` with those that it lacks.
std::vector<std::string> withOwnUser(std::vector<std::string> environment);

} // namespace cirque::agent
