// SPDX-License-Identifier: Apache-2.0
#include "base/machine.hh"

#include <gtest/gtest.h>

namespace cirque {
namespace {

TEST(Machine, IsNamedAsNixNamesIt) {
    EXPECT_EQ(systemName("x86_64", "Linux"), "x86_64-linux");
    EXPECT_EQ(systemName("aarch64", "Linux"), "aarch64-linux");
    EXPECT_EQ(systemName("arm64", "Darwin"), "aarch64-darwin");
}

} // namespace
} // namespace cirque
