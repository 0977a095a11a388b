// SPDX-License-Identifier: Apache-2.0
#include "workspace/job-names.hh"

#include <gtest/gtest.h>

namespace cirque::workspace {
namespace {

TEST(JobFolderNamesTest, ClashesGetNumbers) {
    JobFolderNames names;
    EXPECT_EQ(names.take("a b"), "a_b");
    EXPECT_EQ(names.take("a/b"), "a_b-2");
    EXPECT_EQ(names.take("a_b-2"), "a_b-2-2");
    EXPECT_EQ(names.take("a:b"), "a_b-3");
    EXPECT_EQ(names.take(".."), "__");
}

TEST(JobFolderNamesTest, ReleasedNameComesBack) {
    JobFolderNames names;
    const std::string first = names.take("build");
    names.release(first);
    EXPECT_EQ(names.take("build"), first);
}

} // namespace
} // namespace cirque::workspace
