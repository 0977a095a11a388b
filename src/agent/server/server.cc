// SPDX-License-Identifier: Apache-2.0
#include "agent/server/server.hh"

#include "agent/protocol/frame.hh"
#include "agent/server/files.hh"
#include "agent/server/job.hh"
#include "io/process/loopback.hh"
#include "io/process/process.hh"
#include "io/process/write-queue.hh"
#include "io/runtime/runtime.hh"

#include <map>
#include <optional>
#include <utility>

namespace cirque::agent {

namespace {

// Beyond this many bytes that the coordinator has not taken, what steps print stays in their pipes.
constexpr std::size_t congestedBytes = 1U << 20U;

class CallOutput : public Sink {
  public:
    CallOutput(std::shared_ptr<io::WriteQueue> out, std::uint32_t call) : out_(std::move(out)), call_(call) {}

    Result<void> write(std::string_view bytes, bool late) override {
        out_->push(toBytes(late ? FrameKind::LateOutput : FrameKind::Output, call_, bytes));
        return {};
    }

    [[nodiscard]] bool congested() const override { return out_->waiting() > congestedBytes; }

  protected:
    void tell(FrameKind kind) { out_->push(toBytes(kind, call_, {})); }

  private:
    std::shared_ptr<io::WriteQueue> out_;
    std::uint32_t call_;
};

// The step's daemons hold it too, each through its pipe.
class StepOutput : public CallOutput {
  public:
    using CallOutput::CallOutput;
    StepOutput(const StepOutput&) = delete;
    StepOutput& operator=(const StepOutput&) = delete;

    ~StepOutput() override { tell(FrameKind::OutputEnd); }
};

bool comesBeforeJob(CallKind kind) {
    return kind == CallKind::OpenJob || kind == CallKind::PutTree || kind == CallKind::NoteFiles;
}

class Server {
  public:
    Server(io::UniqueFd out, ServerOptions options)
        : out_(std::make_shared<io::WriteQueue>(std::move(out))), options_(std::move(options)),
          files_([this](std::uint32_t call, std::int64_t bytes) {
              out_->push(toBytes(FrameKind::Taken, call, toBytes(TakenInput{bytes})));
          }) {}

    io::Task<Result<void>> run(io::UniqueFd in) {
        io::TaskGroup writer;
        io::StopSource abandon;
        co_await writer.start();
        co_await calls_.start();
        writer.spawn(write(abandon.token()));
        writer.spawn(watch(abandon.token()));
        out_->push(preamble);
        out_->push(toBytes(FrameKind::Hello, 0, toBytes(options_.hello)));
        const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
            this->take(bytes);
        };
        const Result<void> read = co_await io::readAll(std::move(in), take, broken_.token());
        // nobody is there any more: at once
        for (auto& [number, stop] : running_) {
            stop.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        }
        co_await calls_.join();
        if (job_) {
            io::StopSource now;
            now.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
            (void)co_await job_->close(now.token()); // nobody is there to be told
        }
        abandon.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        co_await writer.join();
        co_return garbage_ ? Result<void>(fail(*garbage_)) : read;
    }

  private:
    io::Task<> write(io::StopToken stop) {
        const Result<void> written = co_await out_->serve(std::move(stop));
        if (!written) {
            broken_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        }
    }

    // A line that was cut without a word, or a coordinator that stands still. Counted in parts: when this
    // process itself stood still, what came meanwhile is read first.
    io::Task<> watch(io::StopToken over) {
        constexpr int parts = 4;
        for (int silent = 0; silent < parts; ++silent) {
            heard_ = false;
            const bool slept = co_await io::sleepFor(options_.silence / parts, over);
            if (!slept) {
                co_return;
            }
            if (heard_) {
                silent = -1;
            }
        }
        broken_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    }

    void take(std::string_view bytes) {
        heard_ = true;
        const std::function<void(const Frame&)> deliver = [this](const Frame& frame) { obey(frame); };
        if (auto taken = frames_.take(bytes, deliver); !taken && !garbage_) {
            garbage_ = std::move(taken).error();
            broken_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        }
    }

    void obey(const Frame& frame) {
        if (frame.kind == FrameKind::Ping) {
            out_->push(toBytes(FrameKind::Ping, 0, {}));
        } else if (frame.kind == FrameKind::Input) {
            files_.take(frame.call, frame.payload);
        } else if (frame.kind == FrameKind::InputEnd) {
            files_.end(frame.call);
        } else if (frame.kind == FrameKind::Call) {
            files_.begin(frame.call, std::string(frame.payload));
            running_.emplace(frame.call, io::StopSource());
            calls_.spawn(answer(frame.call, std::string(frame.payload)));
        } else if (frame.kind == FrameKind::Stop) {
            const auto found = running_.find(frame.call);
            const auto stop = parseStopCall(frame.payload);
            if (found != running_.end() && stop) {
                found->second.request(static_cast<io::StopLevel>(stop->level),
                                      static_cast<io::StopReason>(stop->reason));
            }
        }
    }

    io::Task<> answer(std::uint32_t call, std::string payload) {
        const Result<std::string> done = co_await perform(call, std::move(payload));
        running_.erase(call);
        files_.forget(call);
        out_->push(toBytes(FrameKind::Done, call, done ? *done : failedBytes(done.error())));
    }

    io::Task<Result<std::string>> perform(std::uint32_t call, std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(const CallKind kind, parseCallKind(payload));
        if (!job_ && !comesBeforeJob(kind)) {
            co_return fail(ErrorCode::Corrupt, "the agent was asked for a job that it does not have");
        }
        switch (kind) {
        case CallKind::OpenJob:
            co_return co_await open(std::move(payload));
        case CallKind::RunStep:
            co_return co_await runStep(call, std::move(payload));
        case CallKind::CloseJob:
            co_return co_await close(call, std::move(payload));
        case CallKind::RunServices:
            co_return co_await runServices(call, std::move(payload));
        case CallKind::GiveBack:
            co_return co_await changeOwner(&ServedJob::giveBack);
        case CallKind::TakeAgain:
            co_return co_await changeOwner(&ServedJob::takeAgain);
        case CallKind::Ask:
            co_return co_await ask(call, std::move(payload));
        case CallKind::PutTree:
        case CallKind::NoteFiles:
        case CallKind::ReadFiles:
        case CallKind::PutArtifact:
        case CallKind::GetArtifact:
            co_return co_await moveFiles(kind, call, std::move(payload));
        }
        co_return fail(ErrorCode::Corrupt, "the agent was asked for something it does not know");
    }

    io::Task<Result<std::string>> changeOwner(Result<void> (ServedJob::*how)()) {
        const std::function<Result<void>()> change = [this, how] { return (*job_.*how)(); };
        const Result<void> changed = co_await io::offload(change);
        CIRQUE_CO_TRY(changed);
        co_return doneBytes();
    }

    io::Task<Result<std::string>> ask(std::uint32_t call, std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(const Ask ask, parseAsk(payload));
        io::HttpQuestion question{ask.host, static_cast<std::uint16_t>(ask.port), ask.path, ask.authority};
        const io::NoAnswer why =
            co_await io::askLoopback(std::move(question), ask.limit, running_[call].token());
        if (!why.empty()) {
            co_return fail(ErrorCode::Unreachable, why);
        }
        co_return doneBytes();
    }

    io::Task<Result<std::string>> moveFiles(CallKind kind, std::uint32_t call, std::string payload) {
        const auto sink = std::make_shared<CallOutput>(out_, call);
        const io::StopToken stop = running_[call].token();
        if (kind == CallKind::PutTree) {
            co_return co_await files_.putTree(call, std::move(payload), stop);
        }
        if (kind == CallKind::NoteFiles) {
            co_return co_await files_.noteFiles(std::move(payload));
        }
        if (kind == CallKind::ReadFiles) {
            co_return co_await files_.readFiles(std::move(payload), sink, stop);
        }
        if (kind == CallKind::PutArtifact) {
            co_return co_await files_.putArtifact(call, std::move(payload), stop);
        }
        co_return co_await files_.getArtifact(call, std::move(payload), sink, stop);
    }

    io::Task<Result<std::string>> open(std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(OpenJob what, parseOpenJob(payload));
        files_.setJob(what.jobFolder, what.transfersFolder);
        job_.emplace(std::move(what), options_.environment);
        CIRQUE_CO_TRY_ASSIGN(const JobOpened opened, co_await job_->open());
        co_return doneBytes(opened);
    }

    io::Task<Result<std::string>> runStep(std::uint32_t call, std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(StepRequest request, parseStepRequest(payload));
        const auto sink = std::make_shared<StepOutput>(out_, call);
        const io::StopToken stop = running_[call].token();
        const StepEnd end = co_await job_->run(std::move(request), sink, stop);
        co_return doneBytes(end);
    }

    io::Task<Result<std::string>> runServices(std::uint32_t call, std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(std::vector<ServiceRequest> services, parseServices(payload));
        const std::shared_ptr<io::WriteQueue> out = out_;
        const std::function<void(std::string)> send = [out, call](const std::string& record) {
            out->push(toBytes(FrameKind::Output, call, record));
        };
        const std::function<bool()> congested = [out] { return out->waiting() > congestedBytes; };
        const auto records = std::make_shared<ServiceRecords>(send, congested);
        const io::StopToken stop = running_[call].token();
        StepEnd end;
        end.outcome = co_await job_->runServices(std::move(services), records, stop);
        co_return doneBytes(end);
    }

    io::Task<Result<std::string>> close(std::uint32_t call, std::string payload) {
        CIRQUE_CO_TRY_ASSIGN(const CloseJob close, parseCloseJob(payload));
        io::StopSource& stop = running_[call]; // the coordinator may lose its patience meanwhile
        if (close.immediate) {
            stop.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        }
        const Result<void> closed = co_await job_->close(stop.token());
        job_.reset();
        CIRQUE_CO_TRY(closed);
        co_return doneBytes();
    }

    std::shared_ptr<io::WriteQueue> out_;
    ServerOptions options_;
    FrameReader frames_;
    std::optional<ServedJob> job_;
    ServedFiles files_;
    std::map<std::uint32_t, io::StopSource> running_;
    io::TaskGroup calls_;
    io::StopSource broken_; // the stream makes no sense, or nobody is there
    bool heard_ = false;
    std::optional<Error> garbage_;
};

} // namespace

io::Task<Result<void>> serve(io::UniqueFd in, io::UniqueFd out, ServerOptions options) {
    Server server(std::move(out), std::move(options));
    co_return co_await server.run(std::move(in));
}

} // namespace cirque::agent
