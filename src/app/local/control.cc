// SPDX-License-Identifier: Apache-2.0
#include "app/local/control.hh"

#include "base/json.hh"
#include "io/process/local-socket.hh"

#include <fmt/format.h>

namespace cirque::app {
namespace {

Result<JsonObject> parseRecord(std::string_view line, std::string_view what) {
    CIRQUE_TRY_ASSIGN(const Json json, parseJson(line, what));
    const Json* version = json.is_object() ? json.as_object().if_contains("v") : nullptr;
    if (version == nullptr || !version->is_int64() || version->as_int64() != controlVersion) {
        return fail(ErrorCode::Usage, fmt::format("{} is not of version {}", what, controlVersion),
                    "use the same version of cirque on both sides");
    }
    return json.as_object();
}

} // namespace

std::string toLine(const CancelRequest& request) {
    JsonObject cancel;
    if (!request.job.empty()) {
        cancel["job"] = request.job;
    }
    if (request.immediate) {
        cancel["immediate"] = true;
    }
    return cirque::toLine(Json(JsonObject{{"v", controlVersion}, {"cancel", std::move(cancel)}}));
}

Result<CancelRequest> parseCancel(std::string_view line) {
    CIRQUE_TRY_ASSIGN(const JsonObject record, parseRecord(line, "the request"));
    const Json* cancel = record.if_contains("cancel");
    if (cancel == nullptr || !cancel->is_object()) {
        return fail(ErrorCode::Usage, "the request asks for nothing that a run can do");
    }
    return CancelRequest{textAt(cancel->as_object(), "job"), flagAt(cancel->as_object(), "immediate")};
}

std::string answerLine(const Result<void>& answer) {
    JsonObject record{{"v", controlVersion}};
    if (answer) {
        record["ok"] = true;
    } else {
        record["error"] = answer.error().text();
        if (!answer.error().hint.empty()) {
            record["hint"] = answer.error().hint;
        }
    }
    return cirque::toLine(Json(std::move(record)));
}

Result<void> parseAnswer(std::string_view line) {
    CIRQUE_TRY_ASSIGN(const JsonObject record, parseRecord(line, "the answer"));
    if (flagAt(record, "ok")) {
        return {};
    }
    const std::string error = textAt(record, "error");
    if (error.empty()) {
        return fail(ErrorCode::Corrupt, "the answer of the run says neither yes nor no");
    }
    return fail(ErrorCode::NotFound, error, textAt(record, "hint"));
}

std::string controlPath(const history::RunFolder& folder) {
    return folder.path + "/control";
}

Result<void> requestCancel(const history::RunFolder& folder, const CancelRequest& request) {
    constexpr Millis patience{10'000};
    CIRQUE_TRY_ASSIGN(const std::string answer, io::askLocal(controlPath(folder), toLine(request), patience));
    return parseAnswer(answer);
}

} // namespace cirque::app
