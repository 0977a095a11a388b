// SPDX-License-Identifier: Apache-2.0
#include "cli/view.hh"

#include "report/json/json.hh"
#include "report/plain/plain.hh"

#include <unistd.h>

#include <exception>
#include <utility>

namespace cirque::cli {

View::View(const Context& context, const Arguments& arguments)
    : context_(context), arguments_(arguments), queue_(STDOUT_FILENO) {}

View::~View() = default;

void View::attach(app::LocalRequest& request, std::shared_ptr<engine::RunControl> /*control*/) {
    const auto sink = [this](std::string_view text) { queue_.push(text); };
    request.congested = [this] { return queue_.congested(); };
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
    beside.spawn(queue_.serve(ended.token()));
    std::exception_ptr thrown;
    Result<engine::RunReport> report = fail(ErrorCode::Process, "the run did not begin");
    try {
        report = co_await std::move(run);
    } catch (...) {
        thrown = std::current_exception();
    }
    ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    co_await beside.join();
    co_await queue_.flush();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return report;
}

std::optional<Error> View::takeLoss() {
    return arguments_.has("json") ? queue_.takeFailure() : std::nullopt;
}

} // namespace cirque::cli
