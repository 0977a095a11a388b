// SPDX-License-Identifier: Apache-2.0
#include "nix/store/copy.hh"

#include "base/text.hh"
#include "nix/log/names.hh"
#include "nix/store/call.hh"
#include "nix/store/query.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace cirque::nix {
namespace {

// Nix 2.8 tells of a copy only which path begins and ends, so that is counted here.
class CopyListener : public CallListener {
  public:
    CopyListener(ClosurePtr closure, std::string place, Watch watch, MonoTime now)
        : closure_(std::move(closure)), place_(std::move(place)), watch_(std::move(watch)),
          meter_(now, "copying") {
        for (const SizedPath& one : closure_->paths) {
            sizes_.emplace(one.path, static_cast<std::uint64_t>(one.bytes));
        }
    }

    void event(const LogEvent& event, const Counts& counts) override {
        meter_.take(event);
        if (const auto* started = std::get_if<FetchStarted>(&event)) {
            own_.toFetch += 1;
            own_.bytesToFetch += sizeOf(started->path);
            text_ += fmt::format("copying {} to {}\n", nameOfPath(started->path), place_);
        } else if (const auto* ended = std::get_if<FetchEnded>(&event)) {
            own_.fetched += 1;
            own_.bytes += sizeOf(ended->path);
        } else {
            if (const auto* line = std::get_if<PlainLine>(&event)) {
                hear(line->text);
            }
            lines_.append(text_, event, counts);
        }
    }

    void pause(const Counts& counts) override {
        flush();
        tell(meter_.due(merged(counts), monoNow()));
    }

    void finish() {
        flush();
        tell(meter_.last(merged(last_)));
    }

    // What ssh and the Nix at the place said last: they do not speak in records.
    [[nodiscard]] const std::deque<std::string>& said() const { return said_; }

  private:
    void hear(std::string_view line) {
        constexpr std::size_t most = 4;
        constexpr std::size_t longest = 300;
        if (const std::string_view words = trim(line); !words.empty()) {
            said_.push_back(ellipsize(words, longest));
            said_.size() > most ? said_.pop_front() : void();
        }
    }

    [[nodiscard]] std::uint64_t sizeOf(std::string_view path) const {
        const auto found = sizes_.find(path);
        return found == sizes_.end() ? 0 : found->second;
    }

    Counts merged(const Counts& told) {
        last_ = told;
        Counts out = told;
        out.fetched = std::max(told.fetched, own_.fetched);
        out.toFetch = std::max(told.toFetch, own_.toFetch);
        out.bytes = std::max(told.bytes, own_.bytes);
        out.bytesToFetch = std::max(told.bytesToFetch, own_.bytesToFetch);
        return out;
    }

    void flush() {
        if (watch_.log && !text_.empty()) {
            watch_.log(text_);
        }
        text_.clear();
    }

    void tell(const std::optional<Measure>& measure) const {
        if (measure && watch_.progress) {
            watch_.progress(*measure);
        }
    }

    ClosurePtr closure_;
    std::string place_;
    Watch watch_;
    std::unordered_map<std::string_view, std::uint64_t> sizes_; // of closure_
    BuildMeter meter_;
    LogText lines_;
    std::string text_;
    std::deque<std::string> said_;
    Counts own_;
    Counts last_;
};

Variables withSshOptions(Variables environment, const std::string& options) {
    if (!options.empty()) {
        std::erase_if(environment, [](const auto& entry) { return entry.first == "NIX_SSHOPTS"; });
        environment.emplace_back("NIX_SSHOPTS", options);
    }
    return environment;
}

std::vector<std::string> commandOf(const std::string& store, const Variables& environment) {
    std::vector<std::string> argv{
        "nix", "--extra-experimental-features", "nix-command", "copy", "--no-check-sigs", "--to", store};
    const std::vector<std::string> common = commonOptions(environment);
    argv.insert(argv.end(), common.begin(), common.end());
    argv.insert(argv.end(), {"--log-format", "internal-json"});
    return argv;
}

Result<void> verdictOf(const CallEnd& end, const std::string& place, const std::deque<std::string>& said) {
    const std::string what = fmt::format("cannot copy the job's store paths to {}", place);
    if (end.stopped) {
        return fail(ErrorCode::Process, what + ": it was stopped");
    }
    if (end.status.ok()) {
        return {};
    }
    if (end.status.signal != 0) {
        return fail(killedError("nix", end.status.signal).within(what));
    }
    const std::string& errors = end.failures.errors();
    const std::string there = fmt::format("{}", fmt::join(said, "; "));
    const ErrorCode code = infrastructureCode(errors + there).value_or(ErrorCode::Unreachable);
    std::string hint =
        code == ErrorCode::DiskFull ? fmt::format("make room for /nix/store at {}", place) : "";
    return fail(code,
                fmt::format("{}: {}{}", what, reasonIn(errors, "nix copy"),
                            there.empty() ? "" : fmt::format(" (it was told: {})", there)),
                std::move(hint));
}

} // namespace

void Copier::forget(const std::string& store) {
    for (auto& [key, known] : known_) {
        if (key.first == store) {
            known.there.clear();
        }
    }
}

io::Task<Result<void>> Copier::copyTo(CopyTarget target, ClosurePtr closure, Watch watch,
                                      io::StopToken stop) {
    const std::pair<std::string, std::string> key{target.store, target.sshOptions};
    std::vector<std::string> lacking;
    while (true) {
        const Known& known = known_[key];
        lacking.clear();
        bool busy = false;
        for (const SizedPath& one : closure->paths) {
            if (!known.there.contains(one.path)) {
                lacking.push_back(one.path);
                busy = busy || known.busy.contains(one.path);
            }
        }
        if (!busy) {
            break;
        }
        if (!co_await ended_.wait(stop)) {
            co_return fail(ErrorCode::Process, "copying the job's store paths was stopped");
        }
    }
    if (lacking.empty()) {
        co_return Result<void>{};
    }
    known_[key].busy.insert(lacking.begin(), lacking.end());
    const Result<void> copied =
        co_await copy(std::move(target), std::move(closure), std::move(watch), std::move(stop));
    Known& known = known_[key];
    for (const std::string& path : lacking) {
        known.busy.erase(path);
    }
    if (copied) {
        known.there.insert(lacking.begin(), lacking.end());
    }
    ended_.notify();
    co_return copied;
}

// Until Nix 2.15 `nix copy X.drv` copied the outputs of X; with --derivation every version copies the file.
io::Task<Result<void>> Copier::copy(CopyTarget target, ClosurePtr closure, Watch watch, io::StopToken stop) {
    const std::string place = target.place.empty() ? target.store : target.place;
    const Variables environment = withSshOptions(environment_, target.sshOptions);
    auto listener = std::make_shared<CopyListener>(closure, place, std::move(watch), monoNow());
    for (const bool derivations : {false, true}) {
        std::vector<std::string> argv = commandOf(target.store, environment);
        const std::size_t before = argv.size();
        std::ranges::copy_if(closure->roots, std::back_inserter(argv),
                             [&](const std::string& root) { return root.ends_with(".drv") == derivations; });
        if (argv.size() == before) {
            continue;
        }
        if (derivations) {
            argv.emplace_back("--derivation");
        }
        CIRQUE_CO_TRY_ASSIGN(const CallEnd end,
                             co_await callWithLog(std::move(argv), environment, listener, stop));
        listener->finish();
        CIRQUE_CO_TRY(verdictOf(end, place, listener->said()));
    }
    co_return Result<void>{};
}

std::vector<std::string> rootCommand(const std::string& folder, const std::vector<std::string>& paths) {
    std::vector<std::string> argv{"nix-store", "--realise"};
    argv.insert(argv.end(), paths.begin(), paths.end());
    argv.insert(argv.end(),
                {"--option", "substitute", "false", "--add-root", folder + "/closure", "--indirect"});
    return argv;
}

} // namespace cirque::nix
