// SPDX-License-Identifier: Apache-2.0
#include "app/local/follow.hh"

#include "event/journal/follow.hh"
#include "io/runtime/runtime.hh"

#include <algorithm>

namespace cirque::app {
namespace {

constexpr Millis soonest{10};
constexpr Millis latest{250};
constexpr Millis second{1000};

// Its coroutine is a member, so that it holds no references of its own.
class Following {
  public:
    Following(history::RunFolder folder, std::vector<event::Listener*> listeners, FollowOptions options)
        : folder_(std::move(folder)), options_(std::move(options)),
          follower_(folder_.path,
                    {[this](const event::Event& event) { bus_.event(event); },
                     [this](const TryRef& ref, std::string_view bytes) { bus_.log(ref, bytes); }}) {
        for (event::Listener* listener : listeners) {
            bus_.add(*listener);
        }
    }

    io::Task<Result<FollowEnd>> run(io::StopToken stop) {
        MonoTime ticked = monoNow();
        Millis pause = soonest;
        while (!stop.stopRequested()) {
            if (options_.congested && options_.congested()) {
                co_await io::sleepFor(soonest, stop);
                continue;
            }
            const bool alive =
                history::RunLock::isHeld(folder_.lock()); // before the look: what it wrote last is there
            CIRQUE_CO_TRY_ASSIGN(const bool news, follower_.poll());
            if (!news && options_.caughtUp) {
                std::exchange(options_.caughtUp, nullptr)();
            }
            if (follower_.ended()) {
                co_return FollowEnd::Finished;
            }
            if (options_.enough && options_.enough()) {
                co_return FollowEnd::Enough;
            }
            if (!news && !alive) {
                co_return FollowEnd::Interrupted;
            }
            if (const MonoTime now = monoNow(); now - ticked >= second) {
                ticked = now;
                bus_.tick(now);
            }
            if (news) {
                pause = soonest;
                co_await io::yieldNow();
            } else {
                co_await io::sleepFor(pause, stop);
                pause = std::min(pause * 2, latest);
            }
        }
        co_return FollowEnd::Stopped;
    }

  private:
    history::RunFolder folder_;
    FollowOptions options_;
    event::Bus bus_;
    event::Follower follower_;
};

} // namespace

io::Task<Result<FollowEnd>> followRun(history::RunFolder folder, std::vector<event::Listener*> listeners,
                                      FollowOptions options, io::StopToken stop) {
    Following following(std::move(folder), std::move(listeners), std::move(options));
    co_return co_await following.run(std::move(stop));
}

} // namespace cirque::app
