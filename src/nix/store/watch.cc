// SPDX-License-Identifier: Apache-2.0
#include "nix/store/watch.hh"

namespace cirque::nix {

void Watcher::attach(Watch watch) {
    watch_ = std::move(watch);
    flush();
}

void Watcher::event(const LogEvent& event, const Counts& counts) {
    // beside others a derivation is alone in its own log
    text_.append(unread_, event, measures_ ? counts : Counts{});
    meter_.take(event);
}

void Watcher::say(std::string_view line) {
    unread_ += line;
}

void Watcher::flush() {
    if (watch_) {
        if (watch_->log && !unread_.empty()) {
            watch_->log(unread_);
        }
        unread_.clear();
        full_.reset();
        return;
    }
    if (full_) {
        unread_.resize(*full_);
    } else if (unread_.size() > mostUnread) {
        unread_.resize(unread_.rfind('\n', mostUnread) + 1);
        unread_ += "(what follows was not kept: it was built before its turn; nix-store --read-log has it)\n";
        full_ = unread_.size();
    }
}

void Watcher::tell(const std::optional<Measure>& measure) const {
    if (measure && watch_ && watch_->progress) {
        watch_->progress(*measure);
    }
}

void Watcher::measure(const Counts& counts, MonoTime now) {
    if (measures_) {
        tell(meter_.due(counts, now));
    }
}

void Watcher::lastMeasure(const Counts& counts) {
    if (measures_) {
        tell(meter_.last(counts));
    }
}

} // namespace cirque::nix
