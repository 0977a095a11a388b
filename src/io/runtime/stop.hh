// SPDX-License-Identifier: Apache-2.0
// How something running is told to stop. Level only rises: None -> Graceful (TERM, grace, KILL) -> Immediate
// (KILL). Single-threaded: source, tokens and callbacks live on the loop thread.
#pragma once

#include <functional>
#include <memory>

namespace cirque::io {

enum class StopLevel { None, Graceful, Immediate };

// Why; the first request decides.
enum class StopReason { None, Cancelled, Timeout, Deadline, Shutdown };

namespace detail {
struct StopState;
}

// Keeps its callback registered while alive. Movable, not copyable.
class StopCallback {
  public:
    StopCallback() = default;
    StopCallback(StopCallback&&) noexcept = default;
    StopCallback& operator=(StopCallback&& other) noexcept;
    ~StopCallback();

  private:
    friend class StopToken;
    std::weak_ptr<detail::StopState> state_;
    unsigned long id_ = 0;
};

class StopToken {
  public:
    StopToken() = default; // a token nobody ever stops
    [[nodiscard]] StopLevel level() const;
    [[nodiscard]] StopReason reason() const;

    [[nodiscard]] bool stopRequested() const { return level() != StopLevel::None; }

    // Calls `fn` at each rise of the level, at once if it already rose. `fn` must not destroy the StopSource.
    [[nodiscard]] StopCallback onStop(std::function<void(StopLevel)> fn) const;

  private:
    friend class StopSource;
    std::shared_ptr<detail::StopState> state_;
};

class StopSource {
  public:
    StopSource();
    [[nodiscard]] StopToken token() const;
    // Raises the level; a lower or equal level is ignored. Callbacks run before it returns.
    void request(StopLevel level, StopReason reason);

  private:
    std::shared_ptr<detail::StopState> state_;
};

} // namespace cirque::io
