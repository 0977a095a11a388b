// SPDX-License-Identifier: Apache-2.0
#include "app/local/progress-target.hh"

#include <cstdint>
#include <string_view>
#include <vector>

namespace cirque::app {
namespace {

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

} // namespace

nix::Watch ProgressTarget::watch() {
    return {.log = [this](std::string_view bytes) { write(bytes); },
            .progress = [this](const nix::Measure& measure) { tellProgress(journal_, ref_, measure); }};
}

void ProgressTarget::write(std::string_view bytes) {
    if (auto written = log_->write(bytes, false); !written && !unwritten_) {
        unwritten_ = std::move(written.error());
    }
}

void tellProgress(engine::Journal& journal, const TryRef& ref, const nix::Measure& measure) {
    const nix::Counts& counts = measure.counts;
    std::vector<event::Body> bodies;
    bodies.emplace_back(event::BuildProgress{
        ref, number(counts.built), number(counts.toBuild), number(counts.fetched), number(counts.toFetch),
        number(counts.bytes), number(counts.bytesToFetch), measure.current});
    (void)journal.append(std::move(bodies));
}

} // namespace cirque::app
