// SPDX-License-Identifier: Apache-2.0
#include "cli/view.hh"

#include "report/json/json.hh"
#include "report/plain/plain.hh"

#include <unistd.h>

#include <exception>
#include <utility>

namespace cirque::cli {

View::View(const Context& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

View::~View() = default;

bool View::wantsLive() const {
    return !arguments_.has("no-tui") && !arguments_.has("json") && context_.environment.get("TERM") != "dumb";
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

void View::attach(app::LocalRequest& request, std::shared_ptr<engine::RunControl> control) {
    request.congested = [this] { return queue_->congested(); };
    if (auto terminal =
            wantsLive() ? report::tui::Terminal::open(STDIN_FILENO, STDOUT_FILENO) : std::nullopt) {
        attachLive(request, std::move(control), std::move(*terminal));
        request.listeners.push_back(listener_.get());
        return;
    }
    queue_.emplace(STDOUT_FILENO);
    const auto sink = [this](std::string_view text) { queue_->push(text); };
    if (arguments_.has("json")) {
        listener_ = std::make_unique<report::JsonListener>(sink);
    } else {
        report::PlainOptions options;
        options.colour = context_.settings.colour && isatty(STDOUT_FILENO) == 1;
        listener_ = std::make_unique<report::PlainListener>(sink, options);
    }
    request.listeners.push_back(listener_.get());
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
    co_await queue_->flush();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return report;
}

std::optional<Error> View::takeLoss() {
    return arguments_.has("json") && queue_ ? queue_->takeFailure() : std::nullopt;
}

} // namespace cirque::cli
