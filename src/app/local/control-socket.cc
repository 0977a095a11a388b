// SPDX-License-Identifier: Apache-2.0
#include "app/local/control-socket.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <unistd.h>

#include <vector>

namespace cirque::app {

ControlSocket::ControlSocket(const plan::Plan& plan, std::shared_ptr<engine::RunControl> control,
                             std::function<void()> onCancel)
    : control_(std::move(control)), onCancel_(std::move(onCancel)) {
    for (const plan::Job& job : plan.jobs) {
        jobs_.emplace(job.name, std::nullopt);
    }
}

Result<void> ControlSocket::open(const history::RunFolder& folder) {
    CIRQUE_TRY_ASSIGN(io::LocalServer server, io::LocalServer::listen(controlPath(folder)));
    server_.emplace(std::move(server));
    return {};
}

io::Task<> ControlSocket::serve(io::StopToken stop) {
    if (!server_) {
        co_return;
    }
    const io::LocalServer::Answer answer = [this](std::string_view line) {
        const Result<CancelRequest> request = parseCancel(line);
        return answerLine(request ? cancel(*request) : Result<void>(fail(request.error())));
    };
    co_await server_->serve(answer, std::move(stop));
}

Result<void> ControlSocket::cancel(const CancelRequest& request) {
    const int times = request.immediate ? 2 : 1; // the second asks for an end at once
    if (request.job.empty()) {
        for (int i = 0; i < times; ++i) {
            control_->cancel(0);
        }
        onCancel_();
        return {};
    }
    const auto known = jobs_.find(request.job);
    if (known == jobs_.end()) {
        std::vector<std::string_view> names;
        for (const auto& [name, outcome] : jobs_) {
            names.push_back(name);
        }
        const std::string_view near = nearest(request.job, names);
        return fail(ErrorCode::NotFound, fmt::format("the run has no job '{}'", request.job),
                    near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    }
    bool cancelled = !known->second && control_->cancelJob(request.job);
    if (cancelled && request.immediate) {
        (void)control_->cancelJob(request.job); // false: the first call has ended it
    }
    if (!cancelled) {
        return fail(ErrorCode::NotFound, fmt::format("job '{}' has ended already{}", request.job,
                                                     known->second ? ": " + describe(*known->second) : ""));
    }
    return {};
}

void ControlSocket::onEvent(const event::Event& event) {
    if (const auto* added = std::get_if<event::JobsAdded>(&event.body)) {
        for (const event::JobInfo& job : added->jobs) {
            jobs_.emplace(job.name, std::nullopt);
        }
    } else if (const auto* finished = std::get_if<event::JobFinished>(&event.body)) {
        jobs_[finished->job] = finished->outcome;
    }
}

void removeDeadControls(const std::string& stateDir) {
    DIR* folder = ::opendir((stateDir + "/work").c_str());
    if (folder == nullptr) {
        return;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const auto run = RunId::parse(entry->d_name);
        if (!run) {
            continue;
        }
        const history::RunFolder left = history::runFolder(stateDir, *run);
        const std::string path = controlPath(left);
        if (::access(path.c_str(), F_OK) == 0 && !history::RunLock::isHeld(left.lock())) {
            (void)::unlink(path.c_str()); // nobody can be misled by it: a run's id comes only once
        }
    }
    ::closedir(folder);
}

} // namespace cirque::app
