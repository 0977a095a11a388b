// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/stop.hh"

#include <map>
#include <utility>
#include <vector>

namespace cirque::io {

namespace detail {

struct StopState {
    struct Entry {
        // shared, so that a callback may drop its own registration while it runs
        std::shared_ptr<std::function<void(StopLevel)>> fn;
        StopLevel told = StopLevel::None;
    };

    StopLevel level = StopLevel::None;
    StopReason reason = StopReason::None;
    unsigned long nextId = 1;
    std::map<unsigned long, Entry> entries;

    void tell(unsigned long id) {
        auto found = entries.find(id);
        if (found == entries.end() || found->second.told >= level) {
            return;
        }
        found->second.told = level;
        auto fn = found->second.fn;
        (*fn)(level);
    }
};

} // namespace detail

StopCallback& StopCallback::operator=(StopCallback&& other) noexcept {
    if (this != &other) {
        StopCallback old;
        old.state_ = std::exchange(state_, std::move(other.state_));
        old.id_ = std::exchange(id_, other.id_);
        other.state_.reset();
    }
    return *this;
}

StopCallback::~StopCallback() {
    if (auto state = state_.lock()) {
        auto found = state->entries.find(id_);
        if (found != state->entries.end()) {
            // out of the map first: what the callback owns may hold further registrations
            auto entry = std::move(found->second);
            state->entries.erase(found);
        }
    }
}

StopLevel StopToken::level() const {
    return state_ ? state_->level : StopLevel::None;
}

StopReason StopToken::reason() const {
    return state_ ? state_->reason : StopReason::None;
}

StopCallback StopToken::onStop(std::function<void(StopLevel)> fn) const {
    StopCallback callback;
    if (!state_) {
        return callback;
    }
    auto state = state_;
    callback.state_ = state;
    callback.id_ = state->nextId++;
    auto shared = std::make_shared<std::function<void(StopLevel)>>(std::move(fn));
    state->entries.emplace(callback.id_, detail::StopState::Entry{std::move(shared), StopLevel::None});
    state->tell(callback.id_);
    return callback;
}

StopSource::StopSource() : state_(std::make_shared<detail::StopState>()) {}

StopToken StopSource::token() const {
    StopToken token;
    token.state_ = state_;
    return token;
}

void StopSource::request(StopLevel level, StopReason reason) {
    if (level <= state_->level) {
        return;
    }
    auto state = state_;
    if (state->level == StopLevel::None) {
        state->reason = reason;
    }
    state->level = level;
    // Ids, not iterators: callbacks add and drop registrations, and may raise the level further. What is
    // added meanwhile is told by onStop; what was told a higher level by a nested request is not told a lower
    // one.
    std::vector<unsigned long> ids;
    ids.reserve(state->entries.size());
    for (const auto& [id, entry] : state->entries) {
        ids.push_back(id);
    }
    for (auto id : ids) {
        state->tell(id);
    }
}

} // namespace cirque::io
