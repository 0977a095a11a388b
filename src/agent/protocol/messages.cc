// SPDX-License-Identifier: Apache-2.0
#include "agent/protocol/messages.hh"

#include "agent/protocol/parts.hh"
#include "base/text.hh"

#include <optional>
#include <variant>

namespace cirque::agent {

namespace {

// ---- small parts
// --------------------------------------------------------------------------------------------------
enum class ActionKind : std::int64_t { Bash = 1, Argv = 2, Build = 3 };

void writeStep(Writer& out, const plan::Step& step) {
    if (const auto* bash = std::get_if<plan::BashRun>(&step.action)) {
        out.number(static_cast<std::int64_t>(ActionKind::Bash));
        out.text(bash->script);
    } else if (const auto* argv = std::get_if<plan::ArgvRun>(&step.action)) {
        out.number(static_cast<std::int64_t>(ActionKind::Argv));
        out.list(argv->argv, writeText);
    } else {
        out.number(static_cast<std::int64_t>(ActionKind::Build)); // the runner refuses it in its own words
    }
    out.list(step.path, writeText);
    out.text(step.workdir);
    out.text(step.shell);
}

plan::Step readStep(Reader& in) {
    plan::Step step;
    switch (static_cast<ActionKind>(in.number())) {
    case ActionKind::Bash:
        step.action = plan::BashRun{in.text()};
        break;
    case ActionKind::Argv: {
        plan::ArgvRun run;
        in.list(run.argv, readText);
        step.action = std::move(run);
        break;
    }
    case ActionKind::Build:
        step.action = plan::BuildRun{};
        break;
    }
    in.list(step.path, readText);
    step.workdir = in.text();
    step.shell = in.text();
    return step;
}

void writeTool(Writer& out, const plan::HostTool& tool) {
    out.text(tool.token);
    out.text(tool.name);
    out.list(tool.programs, writeText);
}

plan::HostTool readTool(Reader& in) {
    plan::HostTool tool;
    tool.token = in.text();
    tool.name = in.text();
    in.list(tool.programs, readText);
    return tool;
}

void writeFile(Writer& out, const plan::GeneratedFile& file) {
    out.text(file.token);
    out.text(file.name);
    out.text(file.text);
    out.flag(file.executable);
    out.text(file.program);
}

plan::GeneratedFile readFile(Reader& in) {
    plan::GeneratedFile file;
    file.token = in.text();
    file.name = in.text();
    file.text = in.text();
    file.executable = in.flag();
    file.program = in.text();
    return file;
}

// The rules of agent/outputs.hh, which a place need not have kept.
bool mayBe(const Outputs& outputs) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : outputs) {
        bytes += name.size() + value.size();
        if (name.empty() || name.contains('=') || name.contains("<<") || !isValidUtf8(name) ||
            hasControlCharacter(name) || !isValidUtf8(value) || value.contains('\0')) {
            return false;
        }
    }
    return bytes <= maxOutputBytes;
}

} // namespace

// ---- calls
// --------------------------------------------------------------------------------------------------------
std::string toBytes(const Hello& hello) {
    Writer out;
    out.text(hello.version);
    out.text(hello.system);
    out.number(hello.uid);
    out.number(hello.gid);
    return std::move(out).take();
}

Result<Hello> parseHello(std::string_view payload) {
    Reader in(payload);
    Hello hello;
    hello.version = in.text();
    hello.system = in.text();
    hello.uid = in.number();
    hello.gid = in.number();
    return finished(in, std::move(hello), "the greeting");
}

std::string toBytes(const OpenJob& open) {
    Writer out = callOf(CallKind::OpenJob);
    out.text(open.name);
    out.text(open.jobFolder);
    out.list(open.privateRoots, writeText);
    out.text(open.toolsFolder);
    out.text(open.transfersFolder);
    out.flag(open.removeFolder);
    out.text(open.leader);
    out.number(open.grace.count());
    out.list(open.hostTools, writeTool);
    out.list(open.files, writeFile);
    out.list(open.toolTokens, writeText);
    out.flag(open.wholeEnvironment);
    out.flag(open.takeFolder);
    out.flag(open.owner.has_value());
    if (open.owner) {
        out.number(open.owner->first);
        out.number(open.owner->second);
    }
    return std::move(out).take();
}

Result<OpenJob> parseOpenJob(std::string_view payload) {
    Reader in = argumentsOf(payload);
    OpenJob open;
    open.name = in.text();
    open.jobFolder = in.text();
    in.list(open.privateRoots, readText);
    open.toolsFolder = in.text();
    open.transfersFolder = in.text();
    open.removeFolder = in.flag();
    open.leader = in.text();
    open.grace = Millis(in.number());
    in.list(open.hostTools, readTool);
    in.list(open.files, readFile);
    in.list(open.toolTokens, readText);
    open.wholeEnvironment = in.flag();
    open.takeFolder = in.flag();
    if (in.flag()) {
        open.owner.emplace();
        open.owner->first = in.number();
        open.owner->second = in.number();
    }
    return finished(in, std::move(open), "the opening of a job");
}

std::string toBytes(const StepRequest& request) {
    Writer out = callOf(CallKind::RunStep);
    out.number(request.index);
    out.number(request.tryNumber);
    out.text(request.name);
    writeStep(out, request.step);
    out.list(request.below, writeVariables);
    out.list(request.above, writeVariables);
    out.flag(request.isCondition);
    out.text(request.conditionScript);
    return std::move(out).take();
}

Result<StepRequest> parseStepRequest(std::string_view payload) {
    Reader in = argumentsOf(payload);
    StepRequest request;
    request.index = static_cast<int>(in.number());
    request.tryNumber = static_cast<int>(in.number());
    request.name = in.text();
    request.step = readStep(in);
    in.list(request.below, readVariables);
    in.list(request.above, readVariables);
    request.isCondition = in.flag();
    request.conditionScript = in.text();
    return finished(in, std::move(request), "a step");
}

std::string toBytes(const CloseJob& close) {
    Writer out = callOf(CallKind::CloseJob);
    out.flag(close.immediate);
    return std::move(out).take();
}

std::string giveBackBytes() {
    return callOf(CallKind::GiveBack).take();
}

std::string takeAgainBytes() {
    return callOf(CallKind::TakeAgain).take();
}

Result<CloseJob> parseCloseJob(std::string_view payload) {
    Reader in = argumentsOf(payload);
    CloseJob close;
    close.immediate = in.flag();
    return finished(in, close, "the end of a job");
}

std::string toBytes(const StopCall& stop) {
    Writer out;
    out.number(stop.level);
    out.number(stop.reason);
    return std::move(out).take();
}

Result<StopCall> parseStopCall(std::string_view payload) {
    Reader in(payload);
    StopCall stop;
    stop.level = in.number();
    stop.reason = in.number();
    return finished(in, stop, "a stop");
}

std::string toBytes(const TakenInput& taken) {
    Writer out;
    out.number(taken.bytes);
    return std::move(out).take();
}

Result<TakenInput> parseTakenInput(std::string_view payload) {
    Reader in(payload);
    const TakenInput taken{in.number()};
    return finished(in, taken, "a Taken");
}

Result<CallKind> parseCallKind(std::string_view payload) {
    const auto kind = static_cast<CallKind>(Reader(payload).number());
    if (kind < CallKind::OpenJob || kind > CallKind::TakeAgain) {
        return fail(notUnderstood("a call"));
    }
    return kind;
}

// ---- answers
// ------------------------------------------------------------------------------------------------------
std::string failedBytes(const Error& error) {
    Writer out = doneWith(false);
    out.number(static_cast<std::int64_t>(error.code));
    out.text(error.message);
    out.text(error.hint);
    out.list(error.context, writeText);
    return std::move(out).take();
}

std::string doneBytes() {
    return doneWith(true).take();
}

std::string doneBytes(const JobOpened& opened) {
    Writer out = doneWith(true);
    out.list(opened.missingTools, writeText);
    out.flag(opened.hasBash);
    return std::move(out).take();
}

std::string doneBytes(const StepEnd& end) {
    Writer out = doneWith(true);
    writeOutcome(out, end.outcome);
    out.list(end.outputs, [](Writer& to, const std::pair<std::string, std::string>& output) {
        to.text(output.first);
        to.text(output.second);
    });
    out.text(end.summary);
    out.text(end.summaryProblem);
    return std::move(out).take();
}

Result<void> parseDone(std::string_view payload) {
    Reader in(payload);
    CIRQUE_TRY(readVerdict(in));
    if (!in.finished()) {
        return fail(notUnderstood("an answer"));
    }
    return {};
}

Result<JobOpened> parseJobOpened(std::string_view payload) {
    Reader in(payload);
    CIRQUE_TRY(readVerdict(in));
    JobOpened opened;
    in.list(opened.missingTools, readText);
    opened.hasBash = in.flag();
    return finished(in, std::move(opened), "an answer");
}

Result<StepEnd> parseStepEnd(std::string_view payload) {
    Reader in(payload);
    CIRQUE_TRY(readVerdict(in));
    StepEnd end;
    end.outcome = readOutcome(in);
    in.list(end.outputs, [](Reader& from) {
        std::string name = from.text();
        return std::pair(std::move(name), from.text());
    });
    end.summary = in.text();
    end.summaryProblem = in.text();
    if (!mayBe(end.outputs) || end.summary.size() > maxSummaryBytes) {
        in.refuse();
    }
    return finished(in, std::move(end), "the end of a step");
}

} // namespace cirque::agent
