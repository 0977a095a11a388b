// SPDX-License-Identifier: Apache-2.0
#include "agent/server/users.hh"

#include <gtest/gtest.h>

namespace cirque::agent {
namespace {

using Texts = std::vector<std::string>;

TEST(Users, AreFoundByNumberInAPasswdFile) {
    const char* passwd = "root:x:0:0:root:/root:/bin/bash\nbroken\nnode:x:1000:1000::/home/node:/bin/sh\n";
    EXPECT_EQ(variablesOfUser(passwd, 1000),
              (Texts{"USER=node", "LOGNAME=node", "HOME=/home/node", "SHELL=/bin/sh"}));
    EXPECT_EQ(variablesOfUser(passwd, 7), Texts{});
    EXPECT_EQ(variablesOfUser("", 0), Texts{});
}

} // namespace
} // namespace cirque::agent
