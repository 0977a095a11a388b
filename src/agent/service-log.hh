// SPDX-License-Identifier: Apache-2.0
// The log of a service on its way to its keeper: looks for the text that says it is ready, and remembers the
// end of it.
#pragma once

#include "agent/step.hh"
#include "base/text.hh"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::agent {

class ServiceLog : public Sink {
  public:
    // `awaited`: a part of one line; empty: none.
    ServiceLog(std::shared_ptr<Sink> sink, std::string awaited)
        : sink_(std::move(sink)), awaited_(std::move(awaited)) {}

    Result<void> write(std::string_view bytes, bool late) override {
        look(bytes);
        tail_ += bytes;
        tail_.erase(0, tail_.size() > tailBytes ? tail_.size() - tailBytes : 0);
        return sink_->write(bytes, late);
    }

    [[nodiscard]] bool congested() const override { return sink_->congested(); }

    [[nodiscard]] bool seen() const { return seen_; }

    // As far as it is remembered.
    [[nodiscard]] std::string lastLine() const {
        const std::string_view text = trim(tail_);
        return std::string(text.substr(text.rfind('\n') + 1));
    }

    // What was printed before a new start says nothing about it.
    void forget() {
        end_.clear();
        tail_.clear();
        seen_ = false;
    }

  private:
    void look(std::string_view bytes) {
        if (awaited_.empty() || seen_) {
            return;
        }
        end_ += bytes;
        seen_ = end_.find(awaited_) != std::string::npos;
        if (end_.size() >= awaited_.size()) { // the text may be cut by the pieces
            end_.erase(0, end_.size() - awaited_.size() + 1);
        }
    }

    std::shared_ptr<Sink> sink_;
    std::string awaited_;
    std::string end_;
    bool seen_ = false;
    static constexpr std::size_t tailBytes = 600;
    std::string tail_;
};

} // namespace cirque::agent
