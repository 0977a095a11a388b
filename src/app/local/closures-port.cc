// SPDX-License-Identifier: Apache-2.0
#include "app/local/closures-port.hh"

#include "app/local/progress-target.hh"
#include "base/assert.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace cirque::app {
namespace {

// The outputs of a build step that `need` hands on as results of their names.
void addResults(nix::Wanted& wanted, const plan::Job& need) {
    for (const plan::Step& step : need.steps) {
        const auto* build = std::get_if<plan::BuildRun>(&step.action);
        if (build == nullptr || need.results.empty()) {
            continue;
        }
        nix::Derivation handed{build->derivation.drv, build->derivation.outputs};
        std::erase_if(handed.outputs, [&](const std::string& output) {
            return output != "*" && std::ranges::find(need.results, output) == need.results.end();
        });
        if (!handed.outputs.empty()) {
            wanted.derivations.push_back(std::move(handed));
        }
    }
}

// Whatever the configuration says about where the store lies: a place is only given files that are there.
Result<void> expectFiles(const exec::StoreClosure& closure) {
    struct stat st{};
    if (closure.paths.empty() || ::lstat(closure.paths.front().physical.c_str(), &st) == 0) {
        return {};
    }
    return fail(ErrorCode::Unsupported,
                fmt::format("{} is valid in the Nix store, but its files are not at {}",
                            closure.paths.front().path, closure.paths.front().physical),
                "name the store by NIX_REMOTE or 'store' in nix.conf, as /DIR or local?root=/DIR");
}

} // namespace

nix::Wanted wantedOf(const plan::Plan& plan, const plan::Job& job) {
    nix::Wanted wanted;
    for (const plan::Step& step : job.steps) {
        for (const plan::Derivation& derivation : step.closure.derivations) {
            wanted.derivations.push_back({derivation.drv, derivation.outputs});
        }
        wanted.paths.insert(wanted.paths.end(), step.closure.paths.begin(), step.closure.paths.end());
    }
    for (const std::string& name : job.needs) {
        if (const plan::Job* need = plan.findJob(name)) {
            addResults(wanted, *need);
        }
    }
    return wanted;
}

void ClosuresPort::attach(std::shared_ptr<const nix::Store> store, engine::Journal& journal) {
    store_ = std::move(store);
    journal_ = &journal;
}

io::Task<Result<exec::StoreClosure>> ClosuresPort::of(std::shared_ptr<const plan::Plan> plan,
                                                      std::shared_ptr<const plan::Job> job,
                                                      io::StopToken stop) {
    CIRQUE_ASSERT(store_ != nullptr, "attach comes before the first job");
    nix::Realised realised = store_->realised(wantedOf(*plan, *job));
    exec::StoreClosure out;
    if (realised.paths.empty() && realised.derivations.empty()) {
        co_return out;
    }
    if (!place_) {
        CIRQUE_CO_TRY_ASSIGN(nix::StorePlace place, co_await nix::findStorePlace(environment_, stop));
        place_ = std::move(place);
    }
    CIRQUE_CO_TRY_ASSIGN(const nix::ClosurePtr closure,
                         co_await closures_.of(std::move(realised), std::move(stop)));
    out.bytes = closure->bytes;
    out.roots = closure->roots;
    out.paths.reserve(closure->paths.size());
    for (const nix::SizedPath& one : closure->paths) {
        out.paths.push_back({one.path, place_->physicalPath(one.path), one.bytes});
    }
    CIRQUE_CO_TRY(expectFiles(out));
    co_return out;
}

io::Task<Result<void>> ClosuresPort::copyTo(exec::StoreTarget target, exec::StoreClosure closure, TryRef ref,
                                            std::shared_ptr<exec::OutputSink> log, io::StopToken stop) {
    CIRQUE_ASSERT(journal_ != nullptr, "attach comes before the first job");
    auto copied = std::make_shared<nix::Closure>();
    copied->bytes = closure.bytes;
    copied->roots = std::move(closure.roots);
    for (exec::StorePath& one : closure.paths) {
        copied->paths.push_back({std::move(one.path), one.bytes});
    }
    nix::CopyTarget where{std::move(target.uri), std::move(target.sshOptions), std::move(target.place)};
    ProgressTarget progress(std::move(ref), std::move(log), *journal_);
    Result<void> result =
        co_await copier_.copyTo(std::move(where), std::move(copied), progress.watch(), std::move(stop));
    co_return progress.settle(std::move(result));
}

void ClosuresPort::forget(const std::string& uri) {
    copier_.forget(uri);
}

void ClosuresPort::tell(const TryRef& ref, const exec::HandOver& progress, bool last) {
    CIRQUE_ASSERT(journal_ != nullptr, "attach comes before the first job");
    const MonoTime now = monoNow();
    const auto [found, first] = told_.emplace(ref, now);
    if (!first && !last && now - found->second < nix::BuildMeter::interval) {
        return;
    }
    found->second = now;
    if (last) {
        told_.erase(found);
    }
    const auto number = [](std::int64_t value) {
        return static_cast<std::uint64_t>(std::max(value, std::int64_t{0}));
    };
    nix::Measure measure;
    measure.counts.fetched = number(progress.paths);
    measure.counts.toFetch = number(progress.allPaths);
    measure.counts.bytes = number(progress.bytes);
    measure.counts.bytesToFetch = number(progress.allBytes);
    measure.current = progress.current;
    tellProgress(*journal_, ref, measure);
}

} // namespace cirque::app
