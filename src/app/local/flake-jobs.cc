// SPDX-License-Identifier: Apache-2.0
#include "app/local/flake-jobs.hh"

#include "base/text.hh"
#include "io/runtime/runtime.hh"
#include "nix/eval/messages.hh"

#include <fmt/format.h>

#include <memory>

namespace cirque::app {
namespace {

Outcome outcomeWith(Outcome outcome, std::string hint) {
    outcome.hint = std::move(hint);
    return outcome;
}

// An attribute that Nix refuses has failed; a network or a disk that fails is nobody's attribute.
Outcome outcomeFor(const std::string& job, const Error& error) {
    if (error.code != ErrorCode::Evaluation) {
        return outcomeWith(Outcome::infrastructure(error.text()), error.hint);
    }
    const nix::ShortMessage told = nix::shortMessage(error.text());
    const std::string all = told.complete ? "" : fmt::format("all of it: cirque check '.#{}'", job);
    return outcomeWith(Outcome::failedWith(told.text), error.hint.empty() ? all : error.hint);
}

// Runs `drain`'s two sides; its coroutines are members, so that they hold no references of their own.
class Drain {
  public:
    explicit Drain(FlakeJobs& source) : source_(source) {}

    io::Task<> take(io::StopToken stop) {
        for (bool more = true; more && !stop.stopRequested();) {
            Result<std::vector<engine::NewJob>> jobs = co_await source_.next(stop);
            more = jobs && !jobs->empty();
            if (!jobs) {
                failure_ = std::move(jobs).error();
            }
        }
        source_.end();
    }

    std::optional<Error> failure_;

  private:
    FlakeJobs& source_;
};

} // namespace

FlakeJobs::FlakeJobs(frontend::OpenedFlake opened, const frontend::FlakeTarget& target, MonoTime began)
    : stream_(std::move(opened.flake), std::move(opened.attributes), target.limits, target.flake.environment),
      began_(began) {}

void FlakeJobs::attach(engine::Journal& journal,
                       std::function<Result<void>(const std::vector<plan::Job>&)> keep) {
    journal_ = &journal;
    keep_ = std::move(keep);
}

io::Task<Result<std::vector<engine::NewJob>>> FlakeJobs::next(io::StopToken stop) {
    Result<std::vector<frontend::AttributeJob>> attributes = co_await stream_.next(stop);
    if (stop.stopRequested()) {
        end();
    }
    if (!attributes) {
        co_return fail(std::move(attributes).error());
    }
    std::vector<engine::NewJob> out;
    out.reserve(attributes->size());
    for (frontend::AttributeJob& attribute : *attributes) {
        out.push_back(settled(std::move(attribute)));
    }
    if (out.empty() && !stop.stopRequested()) { // stopped: what is known so far is not all there is
        CIRQUE_CO_TRY(finish());
    }
    co_return out;
}

engine::NewJob FlakeJobs::settled(frontend::AttributeJob attribute) {
    jobs_.push_back(attribute.job);
    std::optional<engine::Settled> known;
    if (attribute.error) {
        known = engine::Settled{outcomeFor(attribute.job.name, *attribute.error), {}, {}};
        errors_.emplace_back(attribute.job.name, std::move(*attribute.error));
    }
    return {std::make_shared<const plan::Job>(std::move(attribute.job)), std::move(known)};
}

Result<void> FlakeJobs::finish() {
    if (journal_ == nullptr) {
        return {};
    }
    std::vector<event::Body> bodies;
    const std::string notes = takeNotes();
    for (const std::string_view note : split(notes, '\n')) {
        if (!note.empty()) {
            bodies.emplace_back(event::Notice{"warning", "", std::string(note), ""});
        }
    }
    bodies.emplace_back(event::EvaluationFinished{.duration = monoNow() - began_,
                                                  .cached = false,
                                                  .attributes = static_cast<std::int64_t>(jobs_.size()),
                                                  .failed = static_cast<std::int64_t>(errors_.size())});
    CIRQUE_TRY(keep_(jobs_));
    return journal_->append(std::move(bodies));
}

io::Task<Result<void>> drain(std::shared_ptr<FlakeJobs> source, io::StopToken stop) {
    source->wantListedOrder();
    Drain work(*source);
    io::TaskGroup group;
    co_await group.start();
    group.spawn(work.take(stop));
    group.spawn(source->run());
    co_await group.join();
    if (work.failure_) {
        co_return fail(std::move(*work.failure_));
    }
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "the evaluation was stopped");
    }
    co_return Result<void>{};
}

} // namespace cirque::app
