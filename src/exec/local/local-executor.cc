// SPDX-License-Identifier: Apache-2.0
#include "exec/local/local-executor.hh"

#include "base/json.hh"
#include "exec/local/local-site.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

Result<LocalFolders> parseHandle(std::string_view handle) {
    const auto json = parseJson(handle, "the handle of a local job");
    LocalFolders folders;
    const JsonObject* object = json ? json->if_object() : nullptr;
    for (const auto& [key, into] : {std::pair{"folder", &folders.job}, std::pair{"private", &folders.secret},
                                    std::pair{"tools", &folders.tools}}) {
        const Json* value = object != nullptr ? object->if_contains(key) : nullptr;
        if (value == nullptr || !value->is_string() || !value->as_string().starts_with('/')) {
            return fail(ErrorCode::Corrupt, fmt::format("the handle of a local job has no folder '{}'", key));
        }
        *into = std::string(value->as_string());
    }
    return folders;
}

} // namespace

LocalExecutor::LocalExecutor(LocalOptions options, Workspaces& workspaces, Artifacts& artifacts)
    : options_(std::make_shared<const LocalOptions>(std::move(options))), workspaces_(workspaces),
      artifacts_(artifacts),
      leaders_(options_->leaders ? options_->leaders : std::make_shared<agent::LeaderSet>()),
      names_(std::make_shared<workspace::JobFolderNames>()) {}

std::string LocalExecutor::handle(const Place& place) const {
    const std::string name = names_->take(place.job->name);
    LocalFolders folders;
    folders.job = fmt::format("{}/jobs/{}", options_->workRoot, name);
    folders.secret = fmt::format("{}/{}", options_->privateRoot, name);
    folders.tools = fmt::format("{}/tools/{}", options_->workRoot, name);
    JsonObject json;
    json["folder"] = folders.job;
    json["private"] = folders.secret;
    json["tools"] = folders.tools;
    std::string text = toLine(json);
    made_.insert_or_assign(text, std::move(folders));
    return text;
}

io::Task<Result<std::unique_ptr<JobSite>>> LocalExecutor::open(Place place, std::string handle) {
    LocalFolders folders;
    if (auto made = made_.extract(handle)) { // almost always: then it need not be read
        folders = std::move(made.mapped());
    } else {
        CIRQUE_CO_TRY_ASSIGN(folders, parseHandle(handle));
    }
    LocalSiteParts parts{options_, std::move(folders), std::move(place), leaders_,
                         names_,   workspaces_,        artifacts_};
    std::unique_ptr<JobSite> site = std::make_unique<LocalSite>(std::move(parts));
    co_return site;
}

Result<void> LocalExecutor::removeLeftovers(std::string_view handle) {
    CIRQUE_TRY_ASSIGN(const LocalFolders folders, parseHandle(handle));
    CIRQUE_TRY(io::removeTree(folders.secret));
    CIRQUE_TRY(io::removeTree(folders.tools));
    return io::removeTree(folders.job);
}

} // namespace cirque::exec
