// SPDX-License-Identifier: Apache-2.0
#include "history/record.hh"

#include "event/journal/journal.hh"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cirque::history {

void Recorder::on(const event::RunStarted& body) {
    record_.workflow = body.workflow;
    record_.tree = body.tree;
    record_.treeHash = body.treeHash;
}

void Recorder::on(const event::JobsAdded& body) {
    for (const event::JobInfo& job : body.jobs) {
        record_.jobs[job.name].matrix = body.by;
    }
}

void Recorder::on(const event::PlanCompleted& /*body*/) {
    record_.planComplete = true;
}

void Recorder::on(const event::JobStarted& body) {
    record_.jobs[body.job].results.clear();
}

void Recorder::on(const event::ArtifactSaved& body) {
    auto& artifacts = record_.jobs[body.job].artifacts;
    std::erase_if(artifacts, [&](const event::ArtifactSaved& former) { return former.name == body.name; });
    artifacts.push_back(body);
}

void Recorder::on(const event::ResultExported& body) {
    record_.jobs[body.job].results.emplace_back(body.name, body.value);
}

void Recorder::on(const event::JobFinished& body) {
    JobRecord& job = record_.jobs[body.job];
    job.outcome = body.outcome;
    job.tolerated = body.tolerated;
    job.reusedFrom = body.reusedFrom;
}

void Recorder::add(const event::Event& event) {
    std::visit(
        [this]<class Body>(const Body& body) {
            if constexpr (requires { this->on(body); }) {
                on(body);
            }
        },
        event.body);
}

Result<RunRecord> loadRecord(const std::string& stateDir, const RunId& run) {
    Recorder recorder(run);
    CIRQUE_TRY(event::readJournal(runFolder(stateDir, run).journal(), [&](const event::Event& event) {
        recorder.add(event);
        return true;
    }));
    RunRecord record = std::move(recorder).take();
    // whatever keeps it from being seen, the fingerprint is not to be trusted then
    record.treeChanged =
        ::access(runFolder(stateDir, run).treeChanged().c_str(), F_OK) == 0 || errno != ENOENT;
    if (record.treeChanged) {
        record.treeHash.clear();
    }
    return record;
}

} // namespace cirque::history
