// SPDX-License-Identifier: Apache-2.0
// Several cases at a time, whose findings GoogleTest's tests then take one by one: it has no threads of its
// own.
#pragma once

#include "tests/conformance/case.hh"
#include "tests/conformance/targets/target.hh"

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace cirque::conformance {

struct Finding {
    std::string file;
    int line = 0;
    std::string text;
};

struct CaseResult {
    std::vector<Finding> findings; // none: passed
    std::string said;              // by the run
    double seconds = 0;
};

class Pool {
  public:
    // Starts `width` threads that work through the cases in this order.
    Pool(std::vector<const Case*> cases, Target& target, int width);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool(); // waits for the threads

    // Waits until that case is done.
    CaseResult take(const std::string& name);

  private:
    void work();
    std::vector<const Case*> cases_;
    Target* target_;
    std::atomic<std::size_t> next_ = 0;
    std::map<std::string, std::promise<CaseResult>> done_;
    std::vector<std::thread> threads_;
};

} // namespace cirque::conformance
