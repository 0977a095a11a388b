// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/evaluate.hh"

#include "base/text.hh"
#include "io/process/process.hh"
#include "nix/eval/failure.hh"
#include "nix/eval/messages.hh"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace cirque::nix {
namespace {

std::vector<std::string> commandLine(const EvalRequest& request, const Variables& environment, bool trace) {
    std::vector<std::string> argv{"nix-instantiate", "--eval", "--strict", "--json"};
    if (request.writes) {
        argv.emplace_back("--read-write-mode");
    }
    if (request.flakes) {
        argv.insert(argv.end(), {"--extra-experimental-features", "nix-command flakes"});
    }
    if (trace) {
        argv.emplace_back("--show-trace");
    }
    const std::vector<std::string> common = commonOptions(environment);
    argv.insert(argv.end(), common.begin(), common.end());
    argv.push_back(request.file);
    for (const auto& [name, text] : request.args) {
        argv.insert(argv.end(), {"--argstr", name, text});
    }
    return argv;
}

std::vector<std::string> environmentOf(const EvalRequest& request, const Variables& environment) {
    std::vector<std::string> env = nixEnvironment(environment);
    if (!request.writes && isStoreOutOfReach(environment)) {
        env.emplace_back("NIX_REMOTE=dummy://"); // nothing is read from the store or written to it
    }
    return env;
}

// Where an observer writes what it saw; nothing when it is not wanted or cannot be had.
io::UniqueFd openRecord(const EvalRequest& request) {
    return io::UniqueFd(request.observer.empty() ? -1 : ::memfd_create("observation", MFD_CLOEXEC));
}

std::string readRecord(int fd) {
    std::string text;
    std::array<char, 64U << 10U> buffer{};
    for (ssize_t got = 0;
         (got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

// Not in the user's folder: Nix must find nothing there by chance.
io::Task<Result<io::Captured>> runNix(EvalRequest request, Variables environment, bool trace, int record,
                                      io::StopToken stop) {
    io::SpawnOptions options{.argv = commandLine(request, environment, trace),
                             .env = environmentOf(request, environment),
                             .cwd = "/",
                             .in = -1,
                             .out = -1,
                             .err = -1,
                             .keep = {}};
    if (record >= 0) {
        constexpr int recordFd = 3;
        std::vector<std::string> words = request.observer;
        words.push_back(std::to_string(recordFd));
        options.argv.insert(options.argv.begin(), words.begin(), words.end());
        options.keep = {{record, recordFd}};
    }
    Result<io::Captured> captured = co_await io::capture(std::move(options), {}, stop);
    if (!captured) {
        co_return fail(withNixHint(std::move(captured).error()));
    }
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "the evaluation was stopped");
    }
    if (captured->status.signal != 0) {
        co_return fail(killedError("nix-instantiate", captured->status.signal).within("while evaluating"));
    }
    co_return captured;
}

Result<Evaluation> readOutput(const std::string& out, Messages messages) {
    if (!isValidUtf8(out)) {
        return fail(ErrorCode::Evaluation, "the workflow has a text that is not valid UTF-8",
                    "read other files where the job runs instead of putting their bytes into the workflow");
    }
    Evaluation evaluation;
    CIRQUE_TRY_ASSIGN(evaluation.value, parseJson(out, "the output of nix-instantiate"));
    for (const std::string& record : messages.files) {
        CIRQUE_TRY_ASSIGN(Json file, parseJson(record, "a generated file's record"));
        evaluation.files.push_back(std::move(file));
    }
    evaluation.notes = std::move(messages.notes);
    return evaluation;
}

} // namespace

Evaluator::Evaluator(Variables environment) : environment_(std::move(environment)) {}

io::Task<Result<Evaluation>> Evaluator::evaluate(EvalRequest request, io::StopToken stop) const {
    const io::UniqueFd record = openRecord(request);
    CIRQUE_CO_TRY_ASSIGN(io::Captured captured,
                         co_await runNix(request, environment_, false, record.get(), stop));
    Messages messages = splitMessages(captured.err);
    if (captured.status.exit == 0) {
        Result<Evaluation> evaluation = readOutput(captured.out, std::move(messages));
        if (evaluation && record) {
            evaluation->observed = parseRecords(readRecord(record.get()));
        }
        co_return evaluation;
    }
    Error error = evaluationError(captured.err, request.library);
    if (error.code == ErrorCode::Evaluation && !namesPlace(error.message)) {
        // a plain throw names no place without the whole trace, of which only one place is of interest
        CIRQUE_CO_TRY_ASSIGN(io::Captured traced, co_await runNix(request, environment_, true, -1, stop));
        const std::string place = placeIn(splitMessages(traced.err).error, request.library);
        error.message += place.empty() ? "" : "\n\n" + place;
    }
    co_return fail(std::move(error));
}

std::string Evaluator::describe(const EvalRequest& request) const {
    std::string text;
    for (const std::string& word : commandLine(request, environment_, false)) {
        text.append(word).push_back('\0');
    }
    for (const std::string& variable : environmentOf(request, environment_)) {
        text.append(variable).push_back('\0');
    }
    return text;
}

} // namespace cirque::nix
