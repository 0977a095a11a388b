// SPDX-License-Identifier: Apache-2.0
// The plans that version 1 promises to read for ever, and the reference page.
#include "plan/dsl-reference.hh"
#include "plan/runnable.hh"
#include "plan/schema.hh"
#include "tests/unit/plan/support.hh"

#include <array>

namespace cirque::plan {
namespace {

const std::string data = CIRQUE_TEST_DATA "/plan/v1/";

class Golden : public testing::TestWithParam<const char*> {};

// A change that breaks reading a released plan shows here.
TEST_P(Golden, ReadsAsItsCanonicalDocument) {
    const Plan read = plan(readText(data + GetParam() + ".json"));
    expectGolden(data + "canonical/" + GetParam() + ".json", toPretty(toJson(read)));
}

// What `plan --json` prints must be the same plan when `run FILE.json` reads it.
TEST_P(Golden, CanonicalDocumentIsTheSamePlan) {
    const Plan read = plan(readText(data + GetParam() + ".json"));
    const std::string canonical = toPretty(toJson(read));
    const Plan again = plan(canonical);
    EXPECT_EQ(again, read);
    EXPECT_EQ(toPretty(toJson(again)), canonical);
    EXPECT_TRUE(canonical.starts_with("{\n  \"plan\": 1,\n"));
}

INSTANTIATE_TEST_SUITE_P(V1, Golden,
                         testing::Values("hello", "diamond", "retry-timeout-deadline", "conditions", "matrix",
                                         "host-tools", "generated-files", "secret", "results", "build",
                                         "services", "services-run", "machine", "reports"),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

Lines refused(const char* name) {
    const std::array<std::string_view, 1> kinds{"local"};
    Lines lines;
    for (const Problem& problem :
         unsupportedParts(plan(readText(data + name + ".json")), kinds, "x86_64-linux")) {
        lines.push_back(describe(std::span(&problem, 1)));
    }
    return lines;
}

// A part that nothing runs must be refused by name before the run, or the run would be a false green.
TEST(Runnable, NamesEveryPartThatIsNotRun) {
    EXPECT_EQ(
        refused("services"),
        (Lines{
            "jobs.integration.services.db.ports: ports that are mapped to others are not supported by this "
            "version of cirque (write the number alone)",
            "jobs.integration.services.cache.volumes: volumes of a service are not supported by this "
            "version of cirque (it runs in the job's folder)"}));
    EXPECT_EQ(
        refused("machine"),
        (Lines{
            "jobs.boot.executor: executor 'microvm' is not supported by this version of cirque (this version "
            "has: local)",
            "jobs.boot.machine: a job's own machine is not supported by this version of cirque"}));
    EXPECT_EQ(refused("secret"),
              (Lines{"envFrom[3]: environment provider 'sops' is not supported by this version of "
                     "cirque (use file, static or required)"}));
    EXPECT_EQ(
        refused("matrix"),
        (Lines{
            "jobs.build-system-aarch64-linux.system: system 'aarch64-linux' is not supported by this version "
            "of cirque (this machine is x86_64-linux)"}));
}

TEST(Runnable, RefusesAnotherShell) {
    const std::array<std::string_view, 1> kinds{"local"};
    const Plan read = planOfJobs(R"({"j": {"steps": [{"run": ":", "shell": "fish"}]}})");
    ASSERT_EQ(unsupportedParts(read, kinds, "x86_64-linux").size(), 1U);
    EXPECT_EQ(unsupportedParts(read, kinds, "x86_64-linux").front().path, "jobs.j.steps[0].shell");
}

// What a build step would ignore must not look as if it did something.
TEST(Runnable, RefusesWhatABuildStepWouldIgnore) {
    const std::array<std::string_view, 1> kinds{"local"};
    const Plan read = planOfJobs(
        R"({"j": {"steps": [{"build": {"drv": "/nix/store/4rz6kcj0qgxrw1r2jzshmg4y7yyv1bnc-hello-2.12.drv"},
            "env": {"A": {"value": "1"}}, "path": ["/usr/bin"], "workdir": "sub"}]}})");
    Lines paths;
    for (const Problem& problem : unsupportedParts(read, kinds, "x86_64-linux")) {
        paths.push_back(problem.path);
    }
    EXPECT_EQ(paths, (Lines{"jobs.j.steps[0].env", "jobs.j.steps[0].path", "jobs.j.steps[0].workdir"}));
}

TEST(Runnable, RunsTheRest) {
    for (const char* name : {"build", "hello", "diamond", "retry-timeout-deadline", "conditions",
                             "host-tools", "generated-files", "results", "services-run"}) {
        EXPECT_EQ(refused(name), Lines{}) << name;
    }
}

TEST(Reference, CommittedPageIsTheTable) {
    expectGolden(CIRQUE_TEST_DATA "/../../docs/reference/plan.md", referencePage());
}

TEST(Reference, TheKeysOnThePageOfTheLibraryAreThoseOfTheTable) {
    const std::string path = CIRQUE_TEST_DATA "/../../docs/reference/dsl.md";
    const std::string page = withDslKeys(readText(path));
    expectGolden(path, page);
    EXPECT_NE(page.find("| `deps` |"), std::string::npos);
    EXPECT_EQ(page.find("| `closure` |"), std::string::npos) << "the library makes it";
}

// A row without meaning would leave a hole in the page.
TEST(Reference, EveryKeyIsExplainedAndEveryKindExists) {
    for (const ObjectKind& kind : schema()) {
        EXPECT_FALSE(kind.doc.empty()) << kind.name;
        for (const Field& field : kind.fields) {
            EXPECT_FALSE(field.doc.empty()) << kind.name << "." << field.name;
            EXPECT_EQ(field.type == Type::Object, !field.kind.empty()) << kind.name << "." << field.name;
            if (field.type == Type::Object) {
                EXPECT_EQ(kindNamed(field.kind).name, field.kind);
            }
        }
    }
}

} // namespace
} // namespace cirque::plan
