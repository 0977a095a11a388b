// SPDX-License-Identifier: Apache-2.0
#include "app/local/request.hh"
#include "base/text.hh"
#include "cli/commands.hh"
#include "cli/interrupt.hh"
#include "cli/load.hh"
#include "cli/view.hh"
#include "io/process/fd.hh"
#include "plan/formats.hh"
#include "secret/dotenv.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;

Result<int> slots(const Arguments& arguments) {
    if (!arguments.has("jobs")) {
        return std::max(2, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
    }
    const std::string text = arguments.get("jobs");
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
        return fail(ErrorCode::Usage, fmt::format("--jobs '{}' is not a number above 0", text));
    }
    return value;
}

Result<secret::Assignments> readDotenv(const std::string& path, const std::string& folder) {
    const std::string full = (std::filesystem::path(folder) / path).string();
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(full));
    auto parsed = secret::parseDotenv(text, path);
    if (!parsed) {
        parsed.error().code = ErrorCode::Usage; // the person at the command line named the file
    }
    return parsed;
}

// What --env may set: names a shell knows, except those that Cirque itself sets.
Result<void> checkOverrides(const secret::Assignments& overrides) {
    for (const auto& [name, value] : overrides) {
        if (!isEnvName(name)) {
            return fail(ErrorCode::Usage, fmt::format("--env: '{}' is not a name of a variable", name));
        }
        if (plan::isReservedVariable(name)) {
            return fail(ErrorCode::Usage,
                        fmt::format("--env: {} is set by Cirque itself and cannot be overridden", name));
        }
    }
    return {};
}

Result<void> readOverrides(const Context& context, const Arguments& arguments, app::LocalRequest& request) {
    CIRQUE_TRY_ASSIGN(const std::string folder, startFolder(context, arguments));
    for (const std::string& file : arguments.all("env-file")) {
        CIRQUE_TRY_ASSIGN(secret::Assignments assignments, readDotenv(file, folder));
        std::ranges::move(assignments, std::back_inserter(request.overrides));
    }
    for (const std::string& text : arguments.all("env")) {
        CIRQUE_TRY_ASSIGN(auto assignment, splitAssignment(text, "env"));
        request.overrides.push_back(std::move(assignment));
    }
    CIRQUE_TRY(checkOverrides(request.overrides));
    std::vector<secret::Assignments> files;
    for (const std::string& file : arguments.all("secret-file")) {
        CIRQUE_TRY_ASSIGN(secret::Assignments assignments, readDotenv(file, folder));
        files.push_back(std::move(assignments));
    }
    const auto lookup = [&](const std::string& name) { return context.environment.find(name); };
    CIRQUE_TRY_ASSIGN(request.secrets, secret::SecretSource::make(arguments.all("secret"), lookup, files));
    return {};
}

Result<app::LocalRequest> makeRequest(const Context& context, const Arguments& arguments) {
    app::LocalRequest request;
    request.environment = nixEnvironment(context, arguments);
    request.settings = context.settings;
    CIRQUE_TRY_ASSIGN(request.options.slots, slots(arguments));
    request.options.failFast = arguments.has("fail-fast");
    request.options.only = arguments.has("only");
    request.inheritEnv = arguments.has("inherit-env");
    request.keep = arguments.has("keep");
    CIRQUE_TRY(readOverrides(context, arguments, request));
    return request;
}

// One `cirque run`: loads, checks, runs. Signals end the loading, then cancel the run.
class RunSession {
  public:
    RunSession(const Context& context, const Arguments& arguments, app::LocalRequest request)
        : context_(context), arguments_(arguments), request_(std::move(request)), view_(context, arguments) {}

    void onSignal(int number) {
        signal_ = signal_ == 0 ? number : signal_;
        stop_.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
        control_->cancel(number);
    }

    io::Task<> work() { status_ = co_await run(); }

    Result<int> take() { return std::move(status_); }

  private:
    io::Task<Result<int>> run() {
        Result<Loaded> loaded = co_await loadTarget(context_, arguments_, stop_.token(), LoadFor::Running);
        if (signal_ != 0) {
            co_return signalBase + signal_;
        }
        if (!loaded) {
            co_return fail(std::move(loaded).error());
        }
        request_.plan = loaded->plan;
        request_.more = loaded->more;
        request_.source = loaded->source;
        request_.tree = loaded->tree;
        request_.treeHash = loaded->treeHash;
        request_.rootsFolder = loaded->rootsFolder;
        request_.evaluation = loaded->evaluation;
        request_.options.selected = loaded->jobs;
        request_.options.run = RunId::make(wallNow().micros / 1000);
        if (request_.options.only && loaded->jobs.empty()) {
            co_return fail(ErrorCode::Usage, "--only names no job", "cirque run --only JOB...");
        }
        CIRQUE_CO_TRY(app::checkRunnable(request_));
        view_.attach(request_, control_);
        Result<engine::RunReport> report =
            co_await view_.during(app::runLocal(std::move(request_), control_, stop_.token()));
        if (!report) {
            co_return fail(std::move(report).error());
        }
        if (auto loss = view_.takeLoss(); loss && report->exitStatus == 0) {
            co_return fail(std::move(*loss));
        }
        co_return report->exitStatus;
    }

    const Context& context_;
    const Arguments& arguments_;
    app::LocalRequest request_;
    View view_;
    std::shared_ptr<engine::RunControl> control_ = std::make_shared<engine::RunControl>();
    io::StopSource stop_; // of the loading and of what comes before the first job
    int signal_ = 0;
    Result<int> status_ = fail(ErrorCode::Process, "the run did not begin");
};

} // namespace

Result<int> runCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(app::LocalRequest request, makeRequest(context, arguments));
    RunSession session(context, arguments, std::move(request));
    const std::function<io::Task<>()> work = [&] { return session.work(); };
    runInterruptible(work, [&](int number) { session.onSignal(number); });
    return session.take();
}

} // namespace cirque::cli
