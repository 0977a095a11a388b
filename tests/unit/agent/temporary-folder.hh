// SPDX-License-Identifier: Apache-2.0
// A folder on tmpfs that is gone when the test ends.
#pragma once

#include "io/process/fd.hh"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace cirque::agent {

class TemporaryFolder {
  public:
    TemporaryFolder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    ~TemporaryFolder() { EXPECT_TRUE(io::removeTree(path_)); }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_ = "/dev/shm/cirque-test-XXXXXX";
};

} // namespace cirque::agent
