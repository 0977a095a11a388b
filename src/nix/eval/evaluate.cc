// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/evaluate.hh"

#include "base/text.hh"
#include "io/process/process.hh"
#include "nix/eval/failure.hh"
#include "nix/eval/messages.hh"

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

// Not in the user's folder: Nix must find nothing there by chance.
io::Task<Result<io::Captured>> runNix(EvalRequest request, Variables environment, bool trace,
                                      io::StopToken stop) {
    io::SpawnOptions options{.argv = commandLine(request, environment, trace),
                             .env = nixEnvironment(environment),
                             .cwd = "/",
                             .in = -1,
                             .out = -1,
                             .err = -1,
                             .keep = {}};
    if (!request.writes && isStoreOutOfReach(environment)) {
        options.env->push_back("NIX_REMOTE=dummy://"); // nothing is read from the store or written to it
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
    CIRQUE_CO_TRY_ASSIGN(io::Captured captured, co_await runNix(request, environment_, false, stop));
    Messages messages = splitMessages(captured.err);
    if (captured.status.exit == 0) {
        co_return readOutput(captured.out, std::move(messages));
    }
    Error error = evaluationError(captured.err, request.library);
    if (error.code == ErrorCode::Evaluation && !namesPlace(error.message)) {
        // a plain throw names no place without the whole trace, of which only one place is of interest
        CIRQUE_CO_TRY_ASSIGN(io::Captured traced, co_await runNix(request, environment_, true, stop));
        const std::string place = placeIn(splitMessages(traced.err).error, request.library);
        error.message += place.empty() ? "" : "\n\n" + place;
    }
    co_return fail(std::move(error));
}

} // namespace cirque::nix
