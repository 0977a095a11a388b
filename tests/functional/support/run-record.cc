// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace cirque::test {
namespace {

std::string textOf(const Json& value) {
    return std::string(value.as_string());
}

std::string describe(const Json& outcome) {
    if (outcome.is_null()) {
        return "-";
    }
    std::string text = textOf(outcome.at("kind"));
    const JsonObject& fields = outcome.as_object();
    if (const Json* exit = fields.if_contains("exit")) {
        text += fmt::format(" exit {}", exit->as_int64());
    }
    if (fields.contains("timeout")) {
        text += " timeout";
    }
    if (const Json* skip = fields.if_contains("skip")) {
        text += " " + textOf(*skip);
    }
    return text;
}

const Json& named(const Json& list, std::string_view name) {
    for (const Json& entry : list.as_array()) {
        if (entry.at("name").as_string() == name) {
            return entry;
        }
    }
    static const Json none(nullptr);
    ADD_FAILURE() << "no '" << name << "' in " << toPretty(list);
    return none;
}

} // namespace

RunRecord::RunRecord(const Project& project) {
    const std::string id = project.lastRun();
    const Ran shown = project.cirque({"show", id, "--json"});
    EXPECT_EQ(shown.status, 0) << shown.all();
    if (const Result<Json> document = parseJson(shown.out, "cirque show"); document) {
        run_ = document->at("run");
    } else {
        ADD_FAILURE() << document.error().text();
    }
    std::ifstream journal(fmt::format("{}/runs/{}/journal.jsonl", project.state(), id));
    for (std::string line; std::getline(journal, line);) {
        if (Result<Json> event = parseJson(line, "the journal"); event) {
            events_.push_back(std::move(*event));
        } else {
            ADD_FAILURE() << event.error().text();
        }
    }
}

const Json& RunRecord::job(std::string_view name) const {
    return named(run_.at("jobs"), name);
}

std::map<std::string, std::string> RunRecord::jobs() const {
    std::map<std::string, std::string> found;
    for (const Json& job : run_.at("jobs").as_array()) {
        found[textOf(job.at("name"))] =
            describe(job.at("outcome")) + (job.at("tolerated").as_bool() ? " tolerated" : "");
    }
    return found;
}

std::vector<std::string> RunRecord::steps(std::string_view job) const {
    std::vector<std::string> found;
    for (const Json& step : this->job(job).at("steps").as_array()) {
        found.push_back(fmt::format("{}: {}", textOf(step.at("name")), describe(step.at("outcome"))));
    }
    return found;
}

std::vector<std::string> RunRecord::tries(std::string_view job, std::string_view step) const {
    std::vector<std::string> found;
    for (const Json& one : named(this->job(job).at("steps"), step).at("tries").as_array()) {
        found.push_back(describe(one.at("outcome")));
    }
    return found;
}

std::vector<std::string> RunRecord::artifacts() const {
    std::vector<std::string> found;
    for (const Json& artifact : run_.at("artifacts").as_array()) {
        found.push_back(fmt::format("{} {} {}", textOf(artifact.at("job")), textOf(artifact.at("name")),
                                    textOf(artifact.at("path"))));
    }
    std::ranges::sort(found);
    return found;
}

std::int64_t RunRecord::place(std::string_view type, std::string_view job) const {
    for (const Json& event : events_) {
        const JsonObject& fields = event.as_object();
        const Json* of = fields.if_contains("job");
        if (fields.at("type").as_string() == type && of != nullptr && of->as_string() == job) {
            return fields.at("seq").as_int64();
        }
    }
    ADD_FAILURE() << "no " << type << " of " << job;
    return 0;
}

} // namespace cirque::test
