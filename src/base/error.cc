// SPDX-License-Identifier: Apache-2.0
#include "base/error.hh"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace cirque {

std::string_view toString(ErrorCode code) {
    switch (code) {
    case ErrorCode::Usage:
        return "usage";
    case ErrorCode::InvalidPlan:
        return "invalid-plan";
    case ErrorCode::Evaluation:
        return "evaluation";
    case ErrorCode::Unsupported:
        return "unsupported";
    case ErrorCode::NotFound:
        return "not-found";
    case ErrorCode::Provider:
        return "provider";
    case ErrorCode::Build:
        return "build";
    case ErrorCode::MissingTool:
        return "missing-tool";
    case ErrorCode::Io:
        return "io";
    case ErrorCode::DiskFull:
        return "disk-full";
    case ErrorCode::Permission:
        return "permission";
    case ErrorCode::Process:
        return "process";
    case ErrorCode::Unreachable:
        return "unreachable";
    case ErrorCode::Corrupt:
        return "corrupt";
    }
    return "io";
}

Error Error::within(std::string phrase) && {
    context.push_back(std::move(phrase));
    return std::move(*this);
}

std::string Error::text() const {
    std::string out;
    for (auto phrase = context.rbegin(); phrase != context.rend(); ++phrase) {
        out += *phrase;
        out += ": ";
    }
    return out + message;
}

Error systemError(int errnoValue, std::string_view action, std::string_view object) {
    Error error;
    switch (errnoValue) {
    case ENOSPC:
    case EDQUOT:
        error.code = ErrorCode::DiskFull;
        error.hint = "free some space there, or point CIRQUE_STATE_DIR at another disk";
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        error.code = ErrorCode::Permission;
        error.hint = "check who owns it and whether it may be written";
        break;
    case ENOENT:
    case ENOTDIR:
        error.code = ErrorCode::NotFound;
        break;
    case EMFILE:
    case ENFILE:
        error.code = ErrorCode::Io;
        error.hint = "raise the limit of open files (ulimit -n) or lower --jobs";
        break;
    default:
        error.code = ErrorCode::Io;
        break;
    }
    error.message =
        fmt::format("cannot {} {}: {}", action, object, std::generic_category().message(errnoValue));
    return error;
}

} // namespace cirque
