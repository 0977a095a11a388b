// SPDX-License-Identifier: Apache-2.0
#include "app/local/workflow-app.hh"

#include "base/json.hh"
#include "frontend/workflow/document.hh"
#include "io/process/fd.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

namespace cirque::app {
namespace {

constexpr std::size_t hashLength = 32; // of a store path, Nix's base 32
constexpr std::string_view fileMark = "-cirque-file-";
constexpr const char* planName = "/plan.json";

bool isStoreNameCharacter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+-._?=").contains(c);
}

// Generated files (nix/lib/host-pkgs.nix): their tokens are store paths whose content is their record.
class GeneratedFiles {
  public:
    explicit GeneratedFiles(std::string storeDir) : prefix_(std::move(storeDir) + "/") {}

    // Reads the records of every token in `text`, and of those in their texts.
    Result<void> collect(std::string_view text) {
        for (std::size_t at = text.find(prefix_); at != std::string_view::npos;
             at = text.find(prefix_, at + 1)) {
            const std::string_view rest = text.substr(at + prefix_.size());
            if (rest.size() > hashLength && rest.substr(hashLength).starts_with(fileMark)) {
                const auto end = std::ranges::find_if_not(rest, isStoreNameCharacter);
                CIRQUE_TRY(read(std::string(text.substr(at, prefix_.size()))
                                    .append(rest.substr(0, static_cast<std::size_t>(end - rest.begin())))));
            }
        }
        return {};
    }

    [[nodiscard]] std::vector<Json> records() const {
        std::vector<Json> out;
        for (const auto& [token, record] : records_) {
            out.push_back(record);
        }
        return out;
    }

  private:
    // What follows a token in a text may look like a part of its name.
    Result<void> read(std::string token) {
        while (token.size() > prefix_.size() + hashLength + fileMark.size() &&
               access(token.c_str(), R_OK) != 0) {
            token.pop_back();
        }
        if (access(token.c_str(), R_OK) != 0 || records_.contains(token)) {
            return {};
        }
        CIRQUE_TRY_ASSIGN(const std::string content, io::readFile(token));
        CIRQUE_TRY_ASSIGN(Json record, parseJson(content, token));
        if (!record.is_object()) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("{} is not the record of a generated file", token));
        }
        record.get_object()["token"] = token;
        const Json* text = record.get_object().if_contains("text");
        const std::string inner = text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
        records_.emplace(token, std::move(record));
        return collect(inner);
    }

    std::string prefix_;
    std::map<std::string, Json> records_;
};

Result<void> writeProgram(const WorkflowApp& app) {
    const std::string path = fmt::format("{}/bin/{}", app.out, app.program);
    constexpr unsigned mode = 0555;
    return io::writeFileAtomic(path, fmt::format("#!{} __app-run\n", app.cirque), mode);
}

} // namespace

Result<void> buildWorkflowApp(const WorkflowApp& app) {
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(app.planFile));
    GeneratedFiles files(app.storeDir);
    CIRQUE_TRY(files.collect(text));
    nix::Evaluation evaluation;
    CIRQUE_TRY_ASSIGN(Json raw, parseJson(text, "the plan"));
    evaluation.value = JsonObject{{"plan", std::move(raw)}};
    evaluation.files = files.records();
    CIRQUE_TRY_ASSIGN(const Json document, frontend::takeDocument(std::move(evaluation)));
    plan::Parsed parsed = plan::parsePlan(document);
    if (!parsed.problems.empty()) {
        return fail(ErrorCode::InvalidPlan, frontend::tellProblems(parsed.problems, "the workflow"));
    }
    for (plan::Job& job : parsed.plan.jobs) {
        job.system = job.system.empty() ? app.system : job.system;
        for (plan::Step& step : job.steps) {
            step.closure.derivations.clear();
            step.closure.paths.clear();
        }
        for (plan::Service& service : job.services) {
            service.program.closure.derivations.clear();
            service.program.closure.paths.clear();
        }
    }
    CIRQUE_TRY(io::makeFolders(app.out + "/bin"));
    CIRQUE_TRY(io::writeFileAtomic(app.out + planName, toPretty(plan::toJson(parsed.plan))));
    return writeProgram(app);
}

Result<std::string> planOfApp(const std::string& program) {
    std::error_code code;
    const std::filesystem::path real = std::filesystem::canonical(program, code);
    std::string plan = real.parent_path().parent_path().string() + planName;
    if (code || access(plan.c_str(), R_OK) != 0) {
        return fail(ErrorCode::NotFound, fmt::format("there is no plan beside {}", program),
                    "build the workflow again: nix build");
    }
    return plan;
}

} // namespace cirque::app
