// SPDX-License-Identifier: Apache-2.0
#include "app/local/log-store.hh"

#include "app/local/annotation-events.hh"
#include "event/journal/log-file.hh"
#include "io/process/fd.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <optional>
#include <utility>

namespace cirque::app {
namespace {

constexpr std::int64_t progressEveryNanos = 100'000'000; // ten a second

// What is done around the steps, and conditions, say nothing about files.
bool mayAnnotate(const TryRef& ref) {
    return ref.step >= 0 && ref.tryNumber > 0;
}

engine::LogStore::Redact redactionBy(std::shared_ptr<const secret::RedactionSet> set) {
    return [set = std::move(set)](std::string_view text) { return secret::redact(text, set); };
}

} // namespace

class LogSink : public exec::OutputSink {
  public:
    LogSink(TryRef ref, event::LogWriter writer, std::shared_ptr<const secret::RedactionSet> set,
            JournalPort& journal, event::Bus& bus, std::function<bool()> congested)
        : ref_(std::move(ref)), writer_(std::move(writer)), redactor_(set), journal_(journal), bus_(bus),
          congested_(std::move(congested)) {
        if (mayAnnotate(ref_)) {
            annotations_.emplace(ref_, journal_, feedback::Texts(redactionBy(std::move(set))));
        }
    }

    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    // A daemon may write until its job is closed, so the file ends with the last holder of the sink.
    ~LogSink() override {
        (void)keep(redactor_.flush());
        (void)writer_.finish();
    }

    Result<void> write(std::string_view bytes, bool late) override {
        if (late && !late_) {
            late_ = true;
            writer_.markLate();
        }
        const MonoTime now = monoNow();
        CIRQUE_TRY(keep(redactor_.apply(bytes), now));
        if (!late_ && now.nanos - lastProgress_.nanos >= progressEveryNanos) {
            return progress(now);
        }
        return {};
    }

    [[nodiscard]] bool congested() const override { return congested_ && congested_(); }

    Result<void> endOfTry() {
        CIRQUE_TRY(keep(redactor_.flush()));
        if (annotations_) {
            CIRQUE_TRY(annotations_->finish());
            annotations_.reset(); // what daemons say later is no longer the step's word
        }
        return writer_.bytes() > 0 ? progress(monoNow()) : Result<void>{};
    }

  private:
    Result<void> keep(std::string_view bytes) {
        return bytes.empty() ? Result<void>{} : keep(bytes, monoNow());
    }

    Result<void> keep(std::string_view bytes, MonoTime now) {
        if (bytes.empty()) {
            return {};
        }
        CIRQUE_TRY(writer_.append(bytes, now));
        bus_.log(ref_, bytes);
        return annotations_ && !late_ ? annotations_->feed(bytes) : Result<void>{};
    }

    Result<void> progress(MonoTime now) {
        lastProgress_ = now;
        std::vector<event::Body> bodies;
        bodies.emplace_back(event::LogProgress{ref_, writer_.bytes(), writer_.lines()});
        return journal_.append(std::move(bodies));
    }

    TryRef ref_;
    event::LogWriter writer_;
    secret::Redactor redactor_;
    JournalPort& journal_;
    event::Bus& bus_;
    std::function<bool()> congested_;
    std::optional<AnnotationEvents> annotations_;
    MonoTime lastProgress_ = monoNow();
    bool late_ = false;
};

LogStorePort::LogStorePort(std::string runFolder, JournalPort& journal, event::Bus& bus,
                           const KnownSecrets& secrets, std::function<bool()> congested)
    : runFolder_(std::move(runFolder)), journal_(journal), bus_(bus), secrets_(secrets),
      congested_(std::move(congested)) {}

Result<std::shared_ptr<exec::OutputSink>> LogStorePort::open(const TryRef& ref,
                                                             const std::vector<std::string>& redact) {
    const std::string base =
        fmt::format("{}/{}", runFolder_, event::logBase(journal_.jobNumber(ref.job), ref));
    CIRQUE_TRY(io::makeFolders(base.substr(0, base.rfind('/'))));
    CIRQUE_TRY_ASSIGN(event::LogWriter writer, event::LogWriter::create(base));
    auto sink =
        std::make_shared<LogSink>(ref, std::move(writer), secrets_.with(redact), journal_, bus_, congested_);
    open_[ref] = sink;
    return std::shared_ptr<exec::OutputSink>(std::move(sink));
}

Result<void> LogStorePort::finish(const TryRef& ref) {
    const auto found = open_.find(ref);
    if (found == open_.end()) {
        return {};
    }
    const std::shared_ptr<LogSink> sink = std::move(found->second);
    open_.erase(found);
    return sink->endOfTry();
}

Result<std::string> LogStorePort::read(const TryRef& ref, std::int64_t limit) {
    const std::string path =
        fmt::format("{}/{}.log", runFolder_, event::logBase(journal_.jobNumber(ref.job), ref));
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && status.st_size > limit) {
        return fail(ErrorCode::Unsupported, fmt::format("its log holds more than {} bytes", limit),
                    "let the step write its report to a file");
    }
    return io::readFile(path, static_cast<std::size_t>(limit));
}

engine::LogStore::Redact LogStorePort::redaction() const {
    return redactionBy(secrets_.with({}));
}

} // namespace cirque::app
