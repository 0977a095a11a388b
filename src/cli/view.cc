// SPDX-License-Identifier: Apache-2.0
#include "cli/view.hh"

#include "report/json/json.hh"
#include "report/plain/plain.hh"

#include <unistd.h>

#include <utility>

namespace cirque::cli {

View::View(const Context& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

View::~View() = default;

void View::attach(app::LocalRequest& request, std::shared_ptr<engine::RunControl> /*control*/) {
    const auto sink = [this](std::string_view text) { show(text); };
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
    co_return co_await std::move(run);
}

std::optional<Error> View::takeLoss() {
    return arguments_.has("json") ? std::exchange(unshown_, std::nullopt) : std::nullopt;
}

void View::show(std::string_view text) {
    if (auto printed = print(text); !printed && !unshown_) {
        unshown_ = std::move(printed).error();
    }
}

} // namespace cirque::cli
