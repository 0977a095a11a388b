// SPDX-License-Identifier: Apache-2.0
// Writes the tree stream that a call brings, beside the loop.
#pragma once

#include "artifact/tree-stream.hh"
#include "exec/api/step.hh"
#include "io/runtime/runtime.hh"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::exec {

class ArrivingTree : public OutputSink {
  public:
    explicit ArrivingTree(artifact::TreeUnpacker tree) : tree_(std::move(tree)) {}

    Result<void> write(std::string_view bytes, bool /*late*/) override {
        if (failure_) {
            return fail(*failure_);
        }
        bytes_ += bytes;
        changed_.notify();
        return {};
    }

    [[nodiscard]] bool congested() const override {
        constexpr std::size_t most = std::size_t{4} << 20U;
        return !failure_ && bytes_.size() > most; // a failure is handed over by the next write
    }

    void end() {
        ended_ = true;
        changed_.notify();
    }

    io::Task<> serve() {
        while (!failure_ && (!ended_ || !bytes_.empty())) {
            if (bytes_.empty()) {
                co_await changed_.wait();
                continue;
            }
            const std::string piece = std::exchange(bytes_, {});
            const std::function<Result<void>()> take = [&] { return tree_.take(piece); };
            const Result<void> taken = co_await io::offload(take);
            if (!taken) {
                failure_ = taken.error();
                bytes_.clear();
            }
        }
    }

    // After serve has ended and all has come.
    Result<void> finish() {
        if (failure_) {
            return fail(*failure_);
        }
        return tree_.finish();
    }

  private:
    artifact::TreeUnpacker tree_;
    std::string bytes_;
    bool ended_ = false;
    std::optional<Error> failure_;
    io::Signal changed_;
};

} // namespace cirque::exec
