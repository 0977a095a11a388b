// SPDX-License-Identifier: Apache-2.0
// The part of the step runner that turns a changed $JOB_ENV into data.
#include "agent/collect.hh"
#include "agent/step-runner.hh"
#include "base/text.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>

namespace cirque::agent {

namespace {

constexpr Millis readLimit{30000};
constexpr std::size_t maxEnvironmentBytes = 8u << 20u;
constexpr std::size_t maxComplaintBytes = 16u << 10u;
constexpr std::size_t complaintShown = 1000;

class TextSink : public Sink {
  public:
    explicit TextSink(std::size_t limit) : limit_(limit) {}

    Result<void> write(std::string_view bytes, bool late) override {
        if (!late) {
            text.append(bytes.substr(0, limit_ - std::min(limit_, text.size())));
        }
        return {};
    }

    std::string text;

  private:
    std::size_t limit_;
};

std::vector<std::string> secretValues(const StepRequest& request) {
    std::vector<std::string> values;
    for (const auto* layers : {&request.below, &request.above}) {
        for (const Variables& layer : *layers) {
            for (const Variable& variable : layer) {
                if (variable.secret) {
                    values.push_back(variable.value);
                }
            }
        }
    }
    return values;
}

std::vector<std::string> namesAbove(const StepRequest& request) {
    std::vector<std::string> names;
    for (const Variables& layer : request.above) {
        for (const Variable& variable : layer) {
            names.push_back(variable.name);
        }
    }
    return names;
}

Unexpected unreadable(std::string_view why) {
    return fail(ErrorCode::InvalidPlan, fmt::format("$JOB_ENV cannot be read: {}", why),
                "JOB_ENV is read by bash: write NAME=value lines, with values quoted (printf '%q')");
}

} // namespace

io::Task<Result<void>> StepRunner::readJobEnv(Request request, Prepared prepared, io::StopToken stop) {
    const auto changed = jobEnv_.changed();
    if (!changed) {
        co_return fail(ErrorCode::InvalidPlan, changed.error().text(), changed.error().hint);
    }
    if (!*changed) {
        co_return Result<void>();
    }
    CIRQUE_CO_TRY_ASSIGN(const Environment before, preparer_.withoutJobEnv(*request, *prepared));
    const auto path = before.find("PATH");
    std::string env = path == before.end() ? "" : findProgram("env", path->second);
    if (env.empty()) {
        env = findProgram("env", fmt::format("{}:{}", context_.hostPath, defaultPath));
    }
    if (env.empty() || context_.bash.empty()) {
        co_return fail(ErrorCode::MissingTool, "reading $JOB_ENV needs bash and env (coreutils) on PATH",
                       "install both on this machine");
    }
    const std::vector<std::string> names = namesAbove(*request);
    LeaderStart start;
    CIRQUE_CO_TRY_ASSIGN(start.argv, jobEnv_.command(context_.bash, env, names));
    start.env = toEnvBlock(before);
    start.folder = context_.jobFolder;
    CIRQUE_CO_TRY_ASSIGN(const std::string printed, co_await printedEnv(request, std::move(start), stop));
    CIRQUE_CO_TRY_ASSIGN(EnvChange change, diffEnv(before, names, printed, prepared->pathFolders));
    jobEnv_.accept(std::move(change));
    co_return Result<void>();
}

// What the shell printed; ends its whole tree in every case.
io::Task<Result<std::string>> StepRunner::printedEnv(Request request, LeaderStart start, io::StopToken stop) {
    const auto out = std::make_shared<TextSink>(maxEnvironmentBytes);
    const auto err = std::make_shared<TextSink>(maxComplaintBytes);
    CIRQUE_CO_TRY_ASSIGN(const Running running, launch(std::move(start), out, err));
    const std::shared_ptr<Leader> leader = running.leader;
    leaders_.push_back(leader);
    // A step that was itself stopped gracefully may still say what the cleanup steps need.
    const io::StopLevel before = stop.level();
    const auto relay = stop.onStop([leader, before](io::StopLevel level) {
        if (level != before) {
            leader->stop(io::StopLevel::Immediate);
        }
    });
    const bool inTime = co_await leader->waitMainEnd(readLimit);
    leader->stop(io::StopLevel::Immediate);
    (void)co_await endTree(leader);
    running.out->endOfStep();
    running.err->endOfStep();
    if (!inTime) {
        co_return unreadable(fmt::format("reading it took more than {} seconds", readLimit.count() / 1000));
    }
    const std::optional<MainEnd>& end = leader->mainEnd();
    if (!end || end->kind != MainEnd::Kind::Exited || end->value != 0) {
        const std::vector<std::string> secrets = secretValues(*request);
        // in this order: half a secret is not known as one
        const std::string complaint =
            ellipsize(secret::redact(jobEnv_.readable(err->text), secrets), complaintShown);
        co_return unreadable(complaint.empty() ? "its shell failed" : complaint);
    }
    if (!out->text.contains(std::string_view("\0JOB_ENV=", 9)) && !out->text.starts_with("JOB_ENV=")) {
        co_return unreadable("it ended its shell before it was read to the end");
    }
    co_return std::move(out->text);
}

} // namespace cirque::agent
