// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/failure.hh"

#include "base/text.hh"
#include "nix/eval/messages.hh"
#include "nix/store/command.hh"

#include <utility>

namespace cirque::nix {

Error evaluationError(std::string_view text, std::string_view library) {
    const Messages messages = splitMessages(text);
    std::string told =
        messages.error.empty() ? std::string(trim(text)) : withoutLibrary(messages.error, library);
    if (told.empty()) {
        told = "nix-instantiate failed without a message";
    }
    return Error{.code = infrastructureCode(told).value_or(ErrorCode::Evaluation),
                 .message = std::move(told),
                 .hint = {},
                 .context = {}};
}

bool ranOutOfMemory(std::string_view text) {
    return text.contains("GC Warning: Out of Memory") || text.contains("Too many heap sections") ||
           text.contains("terminate called after throwing an instance of 'std::bad_alloc'");
}

} // namespace cirque::nix
