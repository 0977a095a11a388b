// SPDX-License-Identifier: Apache-2.0
// Where the text and the progress of Nix's work for one try go.
#pragma once

#include "base/ids.hh"
#include "engine/api/ports.hh"
#include "nix/store/watch.hh"

#include <memory>
#include <optional>
#include <utility>

namespace cirque::app {

// Keeps the first failure to write, which must not pass for the work's own. Outlives the Watch it gives;
// `journal` outlives it.
class ProgressTarget {
  public:
    ProgressTarget(TryRef ref, std::shared_ptr<exec::OutputSink> log, engine::Journal& journal)
        : ref_(std::move(ref)), log_(std::move(log)), journal_(journal) {}

    nix::Watch watch();

    template <class T>
    Result<T> settle(Result<T> result) {
        return result && unwritten_ ? Result<T>(fail(std::move(*unwritten_))) : std::move(result);
    }

  private:
    void write(std::string_view bytes);

    TryRef ref_;
    std::shared_ptr<exec::OutputSink> log_;
    engine::Journal& journal_;
    std::optional<Error> unwritten_;
};

// One build.progress. A failure is kept by the journal and ends the run.
void tellProgress(engine::Journal& journal, const TryRef& ref, const nix::Measure& measure);

} // namespace cirque::app
