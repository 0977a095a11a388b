// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/handle.hh"

#include "base/json.hh"

#include <fmt/format.h>

namespace cirque::exec {

Result<std::string> textOfHandle(std::string_view handle, std::string_view key) {
    const auto json = parseJson(handle, "the handle of a job");
    const JsonObject* object = json ? json->if_object() : nullptr;
    const Json* value = object != nullptr ? object->if_contains(key) : nullptr;
    if (value == nullptr || !value->is_string()) {
        return fail(ErrorCode::Corrupt, fmt::format("the handle of a job has no '{}'", key));
    }
    return std::string(value->as_string());
}

Result<std::string> folderOfHandle(std::string_view handle) {
    CIRQUE_TRY_ASSIGN(std::string folder, textOfHandle(handle, "folder"));
    if (!folder.starts_with('/')) {
        return fail(ErrorCode::Corrupt, fmt::format("the handle of a job names no folder: '{}'", folder));
    }
    return folder;
}

} // namespace cirque::exec
