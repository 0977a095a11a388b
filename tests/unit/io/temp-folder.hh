// SPDX-License-Identifier: Apache-2.0
// A folder that is gone after the test.
#pragma once

#include "io/process/fd.hh"

#include <stdlib.h>

#include <string>

namespace cirque::io {

class TempFolder {
  public:
    TempFolder() { (void)::mkdtemp(path_.data()); }

    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    ~TempFolder() { (void)removeTree(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_ = "/tmp/cirque-io-test-XXXXXX";
};

} // namespace cirque::io
