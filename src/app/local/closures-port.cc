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

void ClosuresPort::attach(const ProvisionerPort& provisioner, engine::Journal& journal) {
    store_ = provisioner.store();
    provisioned_ = provisioner.provisioned();
    journal_ = &journal;
}

io::Task<Result<void>> ClosuresPort::findPlace(io::StopToken stop) {
    if (!place_) {
        CIRQUE_CO_TRY_ASSIGN(nix::StorePlace place,
                             co_await nix::findStorePlace(environment_, std::move(stop)));
        place_ = std::move(place);
    }
    co_return Result<void>();
}

io::Task<Result<exec::StoreClosure>> ClosuresPort::of(std::shared_ptr<const plan::Plan> /*plan*/,
                                                      std::shared_ptr<const plan::Job> job,
                                                      io::StopToken stop) {
    CIRQUE_ASSERT(store_ != nullptr, "attach comes before the first job");
    exec::StoreClosure out;
    const bool builds = std::ranges::any_of(job->steps, [](const plan::Step& step) {
        return std::holds_alternative<plan::BuildRun>(step.action);
    });
    if (builds) {
        CIRQUE_CO_TRY(co_await findPlace(stop));
        out.folder = place_->folder;
    }
    const auto wanted = provisioned_->find(job->name);
    if (wanted == provisioned_->end()) {
        co_return out;
    }
    nix::Realised realised = store_->realised(wanted->second);
    if (realised.paths.empty() && realised.derivations.empty()) {
        co_return out;
    }
    CIRQUE_CO_TRY(co_await findPlace(stop));
    out.folder = place_->folder;
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
