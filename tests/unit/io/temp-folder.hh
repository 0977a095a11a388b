// SPDX-License-Identifier: Apache-2.0
// A folder that is gone after the test.
#pragma once

#include "io/process/fd.hh"

#include <stdlib.h>
#include <unistd.h>

#include <string>

namespace cirque::io {

class TempFolder {
  public:
    // in memory where it can be: the tests make and remove thousands of entries
    TempFolder() {
        if (::access("/dev/shm", W_OK) != 0) {
            path_.replace(0, 8, "/tmp");
        }
        (void)::mkdtemp(path_.data());
    }

    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    ~TempFolder() { (void)removeTree(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_ = "/dev/shm/cirque-io-test-XXXXXX";
};

} // namespace cirque::io
