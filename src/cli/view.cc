// SPDX-License-Identifier: Apache-2.0
#include "cli/view.hh"

#include "cli/log-files.hh"
#include "report/github/github.hh"
#include "report/json/json.hh"
#include "report/lines/lines.hh"
#include "report/plain/plain.hh"

#include <unistd.h>

#include <exception>
#include <utility>

namespace cirque::cli {

View::View(const Context& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

View::~View() = default;

Result<ViewKind> View::choose(const app::LocalRequest& request) const {
    const config::Environment& environment = context_.environment;
    ViewFacts facts;
    facts.terminal = isatty(STDOUT_FILENO) == 1;
    facts.dumb = environment.get("TERM", "dumb") == "dumb";
    facts.noTui = arguments_.has("no-tui");
    facts.json = arguments_.has("json");
    facts.github = environment.get("GITHUB_ACTIONS") == "true";
    facts.option = arguments_.get("log-format");
    facts.variable = environment.get("CIRQUE_LOG_FORMAT", environment.get("NIXACTIONS_LOG_FORMAT"));
    facts.workflow = request.plan ? request.plan->logFormat : std::string(); // none: another's run
    return chooseView(facts);
}

void View::attachLive(app::LocalRequest& request, std::shared_ptr<engine::RunControl> control,
                      report::tui::Terminal terminal) {
    const auto cancelJob = [control = std::move(control)](std::string_view job) {
        return control->cancelJob(job);
    };
    queue_.emplace(terminal.out());
    auto live = std::make_unique<LiveView>(std::move(terminal), *queue_,
                                           LiveView::About{context_.settings.colour,
                                                           request.settings.stateDir, request.options.run,
                                                           request.tree, request.source, cancelJob});
    live_ = live.get();
    listener_ = std::move(live);
}

std::unique_ptr<event::Listener> View::makeListener(ViewKind kind, const app::LocalRequest& request) {
    const auto sink = [this](std::string_view text) { queue_->push(text); };
    const bool colour = context_.settings.colour;
    switch (kind) {
    case ViewKind::Events:
        return std::make_unique<report::JsonListener>(sink);
    case ViewKind::Structured:
        return std::make_unique<report::LineListener>(sink, report::LineFormat::Structured);
    case ViewKind::Simple:
        return std::make_unique<report::LineListener>(sink, report::LineFormat::Simple);
    case ViewKind::Json:
        return std::make_unique<report::LineListener>(sink, report::LineFormat::Json);
    case ViewKind::GitHub:
        return std::make_unique<report::GitHubListener>(report::GitHubListener::Options{
            .colour = colour,
            .sink = sink,
            .log = LogFiles(history::runFolder(request.settings.stateDir, request.options.run))});
    case ViewKind::Live:
    case ViewKind::Plain:
        break;
    }
    report::PlainOptions options;
    options.colour = colour && isatty(STDOUT_FILENO) == 1;
    return std::make_unique<report::PlainListener>(sink, options);
}

Result<void> View::attach(app::LocalRequest& request, std::shared_ptr<engine::RunControl> control) {
    CIRQUE_TRY_ASSIGN(const ViewKind kind, choose(request));
    request.congested = [this] { return queue_->congested(); };
    auto terminal =
        kind == ViewKind::Live ? report::tui::Terminal::open(STDIN_FILENO, STDOUT_FILENO) : std::nullopt;
    if (terminal) {
        attachLive(request, std::move(control), std::move(*terminal));
    } else {
        queue_.emplace(STDOUT_FILENO);
        // the formats know nothing of GitHub, so the whole of them is kept from commanding its runner
        const bool lines = kind == ViewKind::Structured || kind == ViewKind::Simple || kind == ViewKind::Json;
        forMachines_ = lines || kind == ViewKind::Events;
        if (lines && context_.environment.get("GITHUB_ACTIONS") == "true") {
            queue_->push(guard_.begin());
        }
        listener_ = makeListener(kind, request);
    }
    request.listeners.push_back(listener_.get());
    return {};
}

io::Task<Result<engine::RunReport>> View::during(io::Task<Result<engine::RunReport>> run) {
    io::TaskGroup beside;
    io::StopSource ended;
    co_await beside.start();
    beside.spawn(queue_->serve(ended.token()));
    if (live_ != nullptr) {
        beside.spawn(live_->serve(ended.token()));
    }
    std::exception_ptr thrown;
    Result<engine::RunReport> report = fail(ErrorCode::Process, "the run did not begin");
    try {
        report = co_await std::move(run);
    } catch (...) {
        thrown = std::current_exception();
    }
    ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    co_await beside.join();
    if (live_ != nullptr) {
        live_->close();
    }
    queue_->push(guard_.end());
    co_await queue_->flush();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return report;
}

std::optional<Error> View::takeLoss() {
    return forMachines_ ? takeFailure() : std::nullopt;
}

std::optional<Error> View::takeFailure() {
    return queue_ ? queue_->takeFailure() : std::nullopt;
}

} // namespace cirque::cli
