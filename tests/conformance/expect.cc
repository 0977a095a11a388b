// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/expect.hh"

#include "base/text.hh"
#include "tests/conformance/journal.hh"
#include "tests/support/look.hh"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

namespace cirque::conformance {
namespace {

using test::Project;
using test::Ran;
using test::slurp;

constexpr int killed = 137; // 128 + SIGKILL: cirque had no time to end its journal

// "succeeded", "failed exit 3", "failed signal 9", "failed timeout", "skipped own-condition", "-" for none.
std::string describe(const Json& outcome) {
    if (outcome.is_null()) {
        return "-";
    }
    std::string text(outcome.at("kind").as_string());
    const JsonObject& fields = outcome.as_object();
    for (const char* number : {"exit", "signal"}) {
        if (const Json* found = fields.if_contains(number)) {
            text += fmt::format(" {} {}", number, found->as_int64());
        }
    }
    for (const char* flag : {"timeout", "oom"}) {
        if (fields.contains(flag)) {
            text += fmt::format(" {}", flag);
        }
    }
    if (const Json* skip = fields.if_contains("skip")) {
        text += fmt::format(" {}", std::string_view(skip->as_string()));
    }
    return text;
}

// The newest run of a project.
class Record {
  public:
    explicit Record(const Project& project) : project_(&project), id_(project.lastRun()) {
        const Ran shown = project.cirque({"show", id_, "--json"});
        const Result<Json> document = parseJson(shown.out, "cirque show");
        EXPECT_TRUE(document) << shown.all();
        if (document) {
            run_ = document->at("run").as_object();
        }
        std::ifstream journal(folder() + "/journal.jsonl");
        for (std::string line; std::getline(journal, line);) {
            const Result<Json> event = parseJson(line, "the journal");
            EXPECT_TRUE(event) << line;
            if (event) {
                events_.push_back(event->as_object());
            }
        }
    }

    [[nodiscard]] std::string folder() const { return project_->state() + "/runs/" + id_; }

    [[nodiscard]] const JsonArray& list(std::string_view key) const {
        static const JsonArray none;
        const Json* found = run_.if_contains(key);
        return found == nullptr ? none : found->as_array();
    }

    [[nodiscard]] const std::vector<JsonObject>& events() const { return events_; }

  private:
    const Project* project_;
    std::string id_;
    JsonObject run_;
    std::vector<JsonObject> events_;
};

// The entry of that name, or with that number; fails the test when there is none.
const JsonObject* named(const JsonArray& list, std::string_view name) {
    for (const Json& entry : list) {
        if (entry.at("name").as_string() == name ||
            fmt::format("{}", entry.at("number").as_int64()) == name) {
            return &entry.as_object();
        }
    }
    ADD_FAILURE() << "there is no '" << name << "'";
    return nullptr;
}

using Texts = std::vector<std::string>;

Texts textsOf(const Json& list) {
    Texts out;
    for (const Json& entry : list.as_array()) {
        out.push_back(textOf(entry));
    }
    return out;
}

void checkJobs(const JsonObject& expected, const Record& record) {
    std::map<std::string, std::string> wanted;
    for (const auto& entry : expected) {
        wanted[entry.key()] = textOf(entry.value());
    }
    std::map<std::string, std::string> found;
    for (const Json& job : record.list("jobs")) {
        found[std::string(job.at("name").as_string())] =
            describe(job.at("outcome")) + (job.at("tolerated").as_bool() ? " tolerated" : "");
    }
    EXPECT_EQ(found, wanted) << "jobs";
}

void checkSteps(const JsonObject& expected, const Record& record) {
    for (const auto& entry : expected) {
        Texts found;
        if (const JsonObject* job = named(record.list("jobs"), entry.key())) {
            for (const Json& step : job->at("steps").as_array()) {
                found.push_back(fmt::format("{}: {}", std::string_view(step.at("name").as_string()),
                                            describe(step.at("outcome"))));
            }
        }
        EXPECT_EQ(found, textsOf(entry.value())) << "steps of " << std::string_view(entry.key());
    }
}

void checkTries(const JsonObject& expected, const Record& record) {
    for (const auto& ofJob : expected) {
        const JsonObject* job = named(record.list("jobs"), ofJob.key());
        if (job == nullptr) {
            continue;
        }
        for (const auto& ofStep : ofJob.value().as_object()) {
            Texts found;
            if (const JsonObject* step = named(job->at("steps").as_array(), ofStep.key())) {
                for (const Json& one : step->at("tries").as_array()) {
                    found.push_back(describe(one.at("outcome")));
                }
            }
            EXPECT_EQ(found, textsOf(ofStep.value())) << "tries of step " << std::string_view(ofStep.key());
        }
    }
}

std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return out;
}

// Long logs are shown in part.
std::string shown(const std::string& log) {
    return log.size() <= 4000 ? log : log.substr(0, 2000) + "\n[...]\n" + log.substr(log.size() - 2000);
}

// Of a log, what came after the step's end: from the first record of its index with that flag
// (docs/reference/logs.md).
std::string lateOf(const std::string& path, const std::string& log) {
    constexpr std::size_t head = 16;
    constexpr std::size_t record = 16;
    const std::string index = slurp(path.substr(0, path.size() - 3) + "idx");
    for (std::size_t at = head; at + record <= index.size(); at += record) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(index[at + i]));
        };
        if ((byte(6) & 1U) != 0) {
            return log.substr(byte(0) + (byte(1) << 8U) + (byte(2) << 16U) + (byte(3) << 24U));
        }
    }
    return "";
}

// A log: a text (all of it), or {"is", "has", "lacks", "bytes", "sha256", "hex", "late", "try"}.
void checkLog(const Json& expected, const std::string& path, const Project& project) {
    if (!expected.is_object() || expected.as_object().contains("repeat")) {
        EXPECT_EQ(slurp(path), textOf(expected));
        return;
    }
    const JsonObject& keys = expected.as_object();
    const std::string log = slurp(path);
    for (const auto& entry : keys) {
        const std::string_view key = entry.key();
        if (key == "is") {
            EXPECT_EQ(shown(log), shown(textOf(entry.value())));
        } else if (key == "has" || key == "lacks") {
            for (const std::string& text : textsOf(entry.value())) {
                EXPECT_EQ(log.find(text) != std::string::npos, key == "has") << text << "\nin\n"
                                                                             << shown(log);
            }
        } else if (key == "bytes") {
            EXPECT_EQ(static_cast<std::int64_t>(log.size()), entry.value().as_int64());
        } else if (key == "hex") {
            EXPECT_EQ(hex(log), textOf(entry.value()));
        } else if (key == "late") {
            EXPECT_EQ(lateOf(path, log), textOf(entry.value()));
        } else if (key == "sha256") {
            EXPECT_EQ(project.shell("sha256sum <'" + path + "'").out.substr(0, 64), textOf(entry.value()));
        } else {
            EXPECT_EQ(key, "try") << "unknown key of a log";
        }
    }
}

void checkLogs(const JsonObject& expected, const Record& record, const Project& project) {
    for (const auto& ofJob : expected) {
        const JsonObject* job = named(record.list("jobs"), ofJob.key());
        if (job == nullptr) {
            continue;
        }
        for (const auto& ofStep : ofJob.value().as_object()) {
            SCOPED_TRACE(fmt::format("log of {}, step {}", std::string_view(ofJob.key()),
                                     std::string_view(ofStep.key())));
            const JsonObject* step = named(job->at("steps").as_array(), ofStep.key());
            if (step == nullptr || step->at("tries").as_array().empty()) {
                ADD_FAILURE() << "the step did not run";
                continue;
            }
            const JsonObject* keys = ofStep.value().if_object();
            const JsonArray& tries = step->at("tries").as_array();
            const bool chosen = keys != nullptr && keys->contains("try");
            const Json& one = chosen ? tries.at(static_cast<std::size_t>(keys->at("try").as_int64() - 1))
                                     : tries.at(tries.size() - 1);
            checkLog(ofStep.value(),
                     fmt::format("{}/logs/{}/{}-{}-{}.log", record.folder(), job->at("number").as_int64(),
                                 one.at("attempt").as_int64(), step->at("number").as_int64() - 1,
                                 one.at("try").as_int64()),
                     project);
        }
    }
}

void checkArtifacts(const Json& expected, const Record& record) {
    Texts found;
    for (const Json& artifact : record.list("artifacts")) {
        found.push_back(fmt::format("{} {} {} {}", std::string_view(artifact.at("job").as_string()),
                                    std::string_view(artifact.at("name").as_string()),
                                    std::string_view(artifact.at("path").as_string()),
                                    artifact.at("files").as_int64()));
    }
    std::ranges::sort(found);
    EXPECT_EQ(found, textsOf(expected)) << "artifacts";
}

// "TYPE JOB" in this order, others between them.
void checkOrder(const Json& expected, const Record& record) {
    auto at = record.events().begin();
    for (const std::string& wanted : textsOf(expected)) {
        at = std::find_if(at, record.events().end(), [&](const JsonObject& event) {
            const Json* job = event.if_contains("job");
            const std::string type(event.at("type").as_string());
            return wanted == (job == nullptr ? type : type + " " + std::string(job->as_string()));
        });
        if (at == record.events().end()) {
            ADD_FAILURE() << "no '" << wanted << "' after the events before it";
            return;
        }
        ++at;
    }
}

// Texts that no file of the state has: what must not be written to disk.
void checkNowhere(const Json& expected, const Project& project) {
    for (const std::string& text : textsOf(expected)) {
        const Ran found = project.shell("grep -rlF -e " + shellQuote(text) +
                                        " \"$CIRQUE_STATE_DIR\" \"$CIRQUE_PRIVATE_DIR\"");
        EXPECT_EQ(found.out, "") << "files that have '" << text << "'";
    }
}

// How many events there are of each type.
void checkEvents(const JsonObject& expected, const Record& record) {
    for (const auto& entry : expected) {
        const auto found = std::ranges::count_if(record.events(), [&](const JsonObject& event) {
            return event.at("type").as_string() == entry.key();
        });
        EXPECT_EQ(found, entry.value().as_int64()) << "events " << std::string_view(entry.key());
    }
}

// What a job of the plan names itself as its place; empty: nothing.
std::string ownPlace(const Case& given, std::string_view job) {
    const Json* plan = given.find("plan");
    const Json* found = plan == nullptr ? nullptr : plan->at("jobs").as_object().if_contains(job);
    const Json* executor = found == nullptr ? nullptr : found->as_object().if_contains("executor");
    return executor == nullptr ? "" : textOf(executor->at("kind"));
}

// All would be green at a place that is not used.
void checkPlaces(const Case& given, const Record& record, std::string_view place) {
    for (const JsonObject& event : record.events()) {
        if (event.at("type").as_string() == "job.started") {
            const std::string job(event.at("job").as_string());
            const std::string own = ownPlace(given, job);
            EXPECT_EQ(event.at("executor").as_string(), own.empty() ? place : own) << "place of job " << job;
        }
    }
}

} // namespace

void checkRun(const Case& given, const Project& project, const Ran& ran, std::string_view place) {
    const JsonObject& expected = given.find("expect")->as_object();
    EXPECT_EQ(ran.status, expected.at("status").as_int64());
    const std::string said = ran.out + ran.err;
    for (const char* key : {"says", "never"}) {
        if (const Json* texts = expected.if_contains(key)) {
            for (const std::string& text : textsOf(*texts)) {
                EXPECT_EQ(said.find(text) != std::string::npos, std::string_view(key) == "says") << text;
            }
        }
    }
    if (!project.lastRun().empty()) {
        const Record record(project);
        checkPlaces(given, record, place);
        if (ran.status >= 0 && ran.status != killed) {
            checkJournal(record.events(), ran.status);
        }
        const auto with = [&](const char* key, auto check) {
            if (const Json* found = expected.if_contains(key)) {
                check(*found);
            }
        };
        with("jobs", [&](const Json& jobs) { checkJobs(jobs.as_object(), record); });
        with("steps", [&](const Json& steps) { checkSteps(steps.as_object(), record); });
        with("tries", [&](const Json& tries) { checkTries(tries.as_object(), record); });
        with("logs", [&](const Json& logs) { checkLogs(logs.as_object(), record, project); });
        with("artifacts", [&](const Json& artifacts) { checkArtifacts(artifacts, record); });
        with("order", [&](const Json& order) { checkOrder(order, record); });
        with("nowhere", [&](const Json& texts) { checkNowhere(texts, project); });
        with("events", [&](const Json& events) { checkEvents(events.as_object(), record); });
    } else {
        EXPECT_TRUE(expected.if_contains("jobs") == nullptr) << "there is no run";
    }
}

} // namespace cirque::conformance
