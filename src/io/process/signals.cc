// SPDX-License-Identifier: Apache-2.0
#include "io/process/signals.hh"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <signal.h>

#include <array>
#include <atomic>

namespace cirque::io {

namespace {

// asio resets to the default on removal; a disposition that was inherited must come back as it was
class Dispositions {
  public:
    Dispositions() {
        for (std::size_t at = 0; at < numbers.size(); ++at) {
            ::sigaction(numbers[at], nullptr, &former_[at]);
        }
    }

    Dispositions(const Dispositions&) = delete;
    Dispositions& operator=(const Dispositions&) = delete;

    ~Dispositions() {
        for (std::size_t at = 0; at < numbers.size(); ++at) {
            ::sigaction(numbers[at], &former_[at], nullptr);
        }
    }

    [[nodiscard]] bool ignored(std::size_t at) const { return former_[at].sa_handler == SIG_IGN; }

    static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP};

  private:
    std::array<struct sigaction, numbers.size()> former_{};
};

using Handler = void (*)(int);
constinit std::array<std::atomic<Handler>, Dispositions::numbers.size()> asioHandlers{};
constinit std::atomic<bool> requested = false;
static_assert(std::atomic<Handler>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void noteAndPassOn(int number) {
    requested = true;
    for (std::size_t at = 0; at < Dispositions::numbers.size(); ++at) {
        if (const Handler handler = asioHandlers[at];
            Dispositions::numbers[at] == number && handler != nullptr) {
            handler(number);
        }
    }
}

// In front of the handler that asio has set.
void putInFront(std::size_t at) {
    struct sigaction action{};
    ::sigaction(Dispositions::numbers[at], nullptr, &action);
    if (action.sa_handler != noteAndPassOn) {
        asioHandlers[at] = action.sa_handler;
        action.sa_handler = noteAndPassOn;
        ::sigaction(Dispositions::numbers[at], &action, nullptr);
    }
}

} // namespace

bool terminationRequested() {
    return requested;
}

Task<> watchSignals(std::vector<int> numbers, std::function<void(int)> onSignal, StopToken stop) {
    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor);
    for (const int number : numbers) {
        struct sigaction former{};
        if (::sigaction(number, nullptr, &former) == 0 && former.sa_handler != SIG_IGN) {
            signals.add(number);
        }
    }
    auto callback = stop.onStop([&signals](StopLevel) { signals.cancel(); });
    while (!stop.stopRequested()) {
        boost::system::error_code error;
        auto number =
            co_await signals.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
        if (!error) {
            onSignal(number);
        }
    }
}

Task<> watchTermination(std::function<void(int)> onSignal, StopToken stop) {
    Dispositions dispositions;
    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor);
    for (std::size_t at = 0; at < Dispositions::numbers.size(); ++at) {
        // under nohup a hang-up stays ignored
        if (Dispositions::numbers[at] != SIGHUP || !dispositions.ignored(at)) {
            signals.add(Dispositions::numbers[at]);
            putInFront(at);
        }
    }
    auto callback = stop.onStop([&signals](StopLevel) { signals.cancel(); });
    while (!stop.stopRequested()) {
        boost::system::error_code error;
        auto number =
            co_await signals.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
        if (!error) {
            onSignal(number);
        }
    }
}

} // namespace cirque::io
