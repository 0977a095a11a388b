// SPDX-License-Identifier: Apache-2.0
#include "plan/schema.hh"

#include "base/assert.hh"
#include "plan/executor-options.hh"
#include "plan/schema-rows.hh"

#include <algorithm>
#include <iterator>
#include <string>

namespace cirque::plan {
namespace {

using enum Type;
using namespace rows;

// Keys that stand on several kinds.
Field env(View doc) {
    return objectsBy("env", EnvKey, "value", doc);
}

Field passEnv(View fallback) {
    return orElse(fallback,
                  list("passEnv", EnvPattern,
                       "which variables of the caller reach the steps; a last `*` matches any rest"));
}

Field retry(View name, View doc) {
    return nullable(object(name, "retry", doc));
}

Field duration(View name, View doc) {
    return nullable(key(name, Duration, doc));
}

Field condition(View doc) {
    return nullable(orElse("success()", object("condition", "condition", doc)));
}

ObjectKind planKind() {
    return {
        .name = "plan",
        .doc = "The whole document.",
        .fields = {
            required(key("plan", Any, "the schema version, 1; written first")),
            required(key("name", Name, "the workflow's name")),
            env("environment of every job"),
            list("envFrom", Provider, "providers of environment, in order, a later one wins; below `env`"),
            passEnv("[\"PATH\", \"HOME\", \"USER\", \"LANG\", \"LC_*\", \"TERM\", \"TMPDIR\", \"TZ\"]"),
            objectsBy("params", ParamName, "param", "typed parameters, given by `--param name=value`"),
            key("on", Any, "triggers; kept for a server, free in this version"),
            retry("retry", "default of all steps"),
            duration("timeout", "default limit of one try of each step"),
            duration("deadline", "limit of the whole run"),
            object("logging", "logging", "how output is shown"),
            objectsBy("hostTools", Token, "host tool", "tools of the place where a job runs, by token"),
            objectsBy("files", Token, "generated file", "files that travel inside the plan, by token"),
            required(objectsBy("jobs", Name, "job", "at least one; their order is kept")),
        }};
}

ObjectKind jobKind() {
    return {.name = "job",
            .doc = "Steps at one place. It starts when its needs are done and its condition holds.",
            .fields = {
                orElse("this machine's", key("system", System, "where it can run, as Nix says it")),
                orElse("local", object("executor", "executor", "the kind of place")),
                list("needs", Name, "jobs that must be done first"),
                condition("whether to run, seen over all transitive needs"),
                required(objects("steps", "step", "at least one")),
                env("environment of its steps, above the workflow's"),
                list("envFrom", Provider, "providers, below the job's `env`"),
                passEnv("the workflow's"),
                objects("inputs", "input", "artifacts to restore before the first step"),
                objectsBy("outputs", Name, "output",
                          "artifacts to save after the last step, by name; a name is unique in the plan"),
                list("results", ResultName,
                     "values written to `$CIRQUE_OUTPUT` that dependants see as `NEEDS_<JOB>_<NAME>`"),
                objects("reports", "report", "test reports to read after the last step"),
                retry("retry", "default of its steps, merged by key over the workflow's"),
                retry("jobRetry", "runs the whole job again in a fresh folder"),
                duration("timeout", "default limit of one try of each of its steps"),
                duration("deadline", "limit of the whole job"),
                orElse("false",
                       key("continueOnError", Bool,
                           "a failure is shown, but dependants and the exit status count it as success")),
                orElse("true", key("copyRepo", Bool, "false: its folder starts empty")),
                objectsBy("services", Name, "service", "programs that run beside the steps"),
                object("machine", "machine", "the computer the job wants; not run by this version"),
                object("matrix", "matrix", "one job per combination of values"),
            }};
}

ObjectKind stepKind() {
    return {
        .name = "step",
        .doc = "One program. Names may repeat; a step is addressed by name or by its number from 1.",
        .oneOf = {"run", "build"},
        .fields = {
            orElse("step", key("name", Name, "shown in logs")),
            key("run", Script, "bash with errexit, nounset and pipefail; or a program and its arguments"),
            object("build", "derivation", "a derivation to build or fetch; its outputs become named values"),
            env("environment of this step only, above the job's"),
            list("path", PathEntry,
                 "folders put before PATH: absolute, or a token of `hostTools` or `files`"),
            object("closure", "closure", "what must exist at the place first"),
            nullable(orElse("the job's folder", key("workdir", RelativePath, "below the job's folder"))),
            condition("whether to run, seen over the earlier steps of the job"),
            retry("retry", "merged by key over the job's"),
            duration("timeout", "limit of one try"),
            orElse("bash", key("shell", Name, "what runs a script; only bash in this version")),
        }};
}

ObjectKind conditionKind() {
    return {
        .name = "condition",
        .doc = "`when` decides first; then `bash`, if given, must exit 0 (1: false; else the job fails).",
        .shortForm = Text,
        .shortDoc = "a status function, else bash that runs if `success()` holds",
        .fields = {
            orElse("success()", key("when", When, "`success()`, `failure()`, `always()` or `cancelled()`")),
            key("bash", Text, "run without errexit, nounset and pipefail in the job's folder"),
        }};
}

ObjectKind retryKind() {
    return {.name = "retry",
            .doc = "Merged by key from workflow, job and step; `null` starts again from the defaults.",
            .fields = {
                orElse("1", key("max_attempts", Count, "tries in all")),
                orElse("exponential", words("backoff", {"exponential", "linear", "constant"},
                                            "the wait after try n: `min*2^(n-1)`, `min*n` or `min`")),
                orElse("1", key("min_time", Wait, "the first wait")),
                orElse("60", key("max_time", Wait, "no wait is longer")),
            }};
}

ObjectKind valueKind() {
    return {.name = "value",
            .doc = "What a variable is set to. A variable that cirque itself sets cannot be set (`CI` can).",
            .shortForm = Scalar,
            .shortDoc = "the value; numbers and booleans as text",
            .oneOf = {"value", "secret", "result", "param"},
            .fields = {
                key("value", Scalar, "the value itself"),
                key("secret", Name, "a secret's name; its value is redacted from logs"),
                key("result", Name, "a job, a transitive need, that exports `name`"),
                with("result", key("name", ResultName, "the result's name")),
                key("param", ParamName, "a parameter of the workflow"),
            }};
}

void addProviders(std::vector<ObjectKind>& kinds) {
    const Field kind = required(key("kind", Name, "which provider"));
    const Field secrets = orElse("false", key("secrets", Bool, "redact the values from logs"));
    kinds.push_back(
        {.name = "file provider",
         .doc = "`\"kind\": \"file\"`: variables from a file of `NAME=value` lines.",
         .fields = {kind, required(key("path", FilePath, "below the tree's root, or a token of `files`")),
                    orElse("false", key("required", Bool, "a missing file is an error")), secrets}});
    kinds.push_back({.name = "static provider",
                     .doc = "`\"kind\": \"static\"`: variables written in the plan.",
                     .fields = {kind, required(map("values", EnvKey, Scalar, "the variables")), secrets}});
    kinds.push_back({.name = "required provider",
                     .doc = "`\"kind\": \"required\"`: fails when its level's environment lacks a variable.",
                     .fields = {kind, required(list("names", EnvName, "the variables"))}});
    kinds.push_back({.name = "other provider",
                     .doc = "Any other `kind`: other keys are kept. Not run by this version.",
                     .open = true,
                     .fields = {kind}});
}

void addPlaces(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "executor",
         .doc = "The kind of place where a job runs.",
         .fields = {
             orElse("local", key("kind", Name, "one of those below")),
             map("options", Any, Any,
                 "for that kind: see `sandbox options` and so on; free where there is no such table")}});
    kinds.push_back({.name = "input",
                     .doc = "An artifact of a transitive need, put back with its own paths below `path`.",
                     .shortForm = Name,
                     .shortDoc = "the artifact's name",
                     .fields = {required(key("name", Name, "the artifact")),
                                orElse(".", key("path", RelativePath, "below the job's folder"))}});
    kinds.push_back({.name = "output",
                     .doc = "A file or folder that becomes an artifact. When it is missing the job fails.",
                     .shortForm = RelativePath,
                     .shortDoc = "the path",
                     .fields = {required(key("path", RelativePath, "below the job's folder")),
                                orElse("success", words("when", {"success", "always"},
                                                        "`always`: also after a failure"))}});
    kinds.push_back(
        {.name = "report",
         .doc =
             "Tests that failed fail the job, and so does a report that is missing, malformed or without a "
             "test.",
         .shortForm = RelativePath,
         .shortDoc = "the path",
         .oneOf = {"path", "step"},
         .fields = {
             key("path", RelativePath, "below the job's folder; `*` is any part of a name, `**` any folders"),
             key("step", Name, "the step, by name or number, on whose output the report is"),
             orElse("by content", words("format", {"junit", "tap", "gotest"},
                                        "JUnit XML, the Test Anything Protocol, `go test -json`")),
             orElse("true", key("failOnFailedTests", Bool,
                                "false: failed tests are shown and do not fail the job"))}});
    kinds.push_back({.name = "matrix",
                     .doc = "`axes` makes the job a template; `values` marks it as one member.",
                     .oneOf = {"axes", "values"},
                     .fields = {objectsBy("axes", Name, "axis",
                                          "one job per combination, at most 1000; steps see `MATRIX_<AXIS>`"),
                                map("values", Name, Scalar, "this member's values")}});
    kinds.push_back({.name = "axis",
                     .doc = "Values known only when the run runs: a text that is a JSON list.",
                     .shortForm = ScalarList,
                     .shortDoc = "the values, at least one",
                     .oneOf = {"result", "param"},
                     .fields = {key("result", Name, "a job, a transitive need, that exports `name`"),
                                with("result", key("name", ResultName, "the result's name")),
                                key("param", ParamName, "a parameter of the workflow")}});
}

void addDeclarations(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "param",
         .doc = "A typed parameter. Without a default it must be given.",
         .fields = {orElse("string", words("type", {"string", "int", "bool", "choice"}, "what is accepted")),
                    nullable(key("default", Scalar, "used when none is given")),
                    list("choices", Scalar, "for type `choice`"), key("description", Text, "for people")}});
    kinds.push_back({.name = "logging",
                     .doc = "How output is shown.",
                     .fields = {words("format", {"structured", "simple", "json"}, "the form of lines"),
                                key("level", Name, "accepted, not used by this version")}});
    kinds.push_back({.name = "closure",
                     .doc = "What must exist at the place before a step runs.",
                     .fields = {objects("derivations", "derivation", "to realise"),
                                list("paths", StorePath, "store paths that are sources"),
                                list("hostTools", Token, "tokens of the plan's `hostTools`"),
                                list("files", Token, "tokens of the plan's `files`")}});
    kinds.push_back({.name = "derivation",
                     .doc = "A Nix derivation and the outputs wanted of it.",
                     .fields = {required(key("drv", DrvPath, "its store path")),
                                orElse("[\"out\"]", list("outputs", Name, "the outputs; `*` for all"))}});
    kinds.push_back(
        {.name = "host tool",
         .doc = "A tool of the place. Its token stands for the tool's folder; the place replaces it.",
         .fields = {required(key("name", Name, "the nixpkgs attribute")),
                    list("programs", Name, "the programs it brings")}});
    kinds.push_back(
        {.name = "generated file",
         .doc = "A file whose text is in the plan. Its token stands where its path is meant.",
         .fields = {required(key("name", Name, "the file's name")),
                    required(key("text", Text, "its content")),
                    orElse("false", key("executable", Bool, "its mode")),
                    key("program", Name, "if given, the token means a folder with `bin/<program>`")}});
}

void addMachines(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "service",
         .doc = "A program that runs beside the steps: up before the first one, ended after the last. One of "
                "`exec`, `package` and `image` says what runs; `exec` may stand beside the others.",
         .fields = {
             key("exec", Script,
                 "what to run, in the job's folder: bash, or a program and its arguments. Beside `image` it "
                 "is run in "
                 "the container: a list in place of the image's own arguments, a script in place of its "
                 "entry point"),
             object("package", "derivation", "whose programs `exec` uses"),
             key("image", Name, "a container of this image, by podman or docker"),
             env("its environment, above the job's; a container has this alone"),
             list("path", PathEntry,
                  "folders put before PATH: absolute, or a token of `hostTools` or `files`"),
             object("closure", "closure", "what must exist at the place first"),
             key("ports", Ports,
                 "where it listens on this machine; steps see `SERVICE_<NAME>_PORT` (the first) and "
                 "`SERVICE_<NAME>_PORT_<PORT>`"),
             orElse("its ports accept connections", object("ready", "ready", "how to know that it is up")),
             orElse("never", words("restart", {"never", "on-failure", "always"},
                                   "whether to start it again when it ends, at most five times")),
             list("volumes", Any, "folders it keeps; not run by this version"),
         }});
    kinds.push_back({.name = "ready",
                     .doc = "How to know that a service is up.",
                     .oneOf = {"exec", "http", "tcp", "log"},
                     .fields = {
                         key("exec", Script, "up when this exits with 0, in the service's environment"),
                         key("http", HttpTarget, "up when this answers with a status from 200 to 399"),
                         key("tcp", TcpTarget, "up when this accepts a connection"),
                         key("log", Text, "up when a line of its output has this text in it"),
                         orElse("60", key("timeout", Duration, "the job fails when it is not up by then")),
                         orElse("100ms", key("interval", Duration, "how long to wait between two looks")),
                     }});
    kinds.push_back({.name = "machine",
                     .doc = "The computer a job wants. Other keys are kept. Not run by this version.",
                     .open = true,
                     .fields = {object("nixos", "derivation", "a NixOS system to boot"),
                                key("memory", Scalar, "for example `4G`"), key("cpus", Count, "how many"),
                                key("disk", Scalar, "for example `20G`")}});
}

std::vector<ObjectKind> makeSchema() {
    std::vector<ObjectKind> kinds{planKind(),      jobKind(),   stepKind(),
                                  conditionKind(), retryKind(), valueKind()};
    addProviders(kinds);
    addPlaces(kinds);
    addDeclarations(kinds);
    addMachines(kinds);
    std::ranges::move(executorOptionKinds(), std::back_inserter(kinds));
    return kinds;
}

} // namespace

std::span<const ObjectKind> schema() {
    static const std::vector<ObjectKind> kinds = makeSchema();
    return kinds;
}

const ObjectKind& kindNamed(std::string_view name) {
    const auto found = std::ranges::find(schema(), name, &ObjectKind::name);
    CIRQUE_ASSERT(found != schema().end(), "a field of the table names a kind that is not in it");
    return *found;
}

const ObjectKind* executorOptions(std::string_view kind) {
    const auto found = std::ranges::find(schema(), std::string(kind) + " options", &ObjectKind::name);
    return found == schema().end() ? nullptr : &*found;
}

const ObjectKind& providerKind(std::string_view kind) {
    for (const std::string_view known : {"file", "static", "required"}) {
        if (kind == known) {
            return kindNamed(std::string(known) + " provider");
        }
    }
    return kindNamed("other provider");
}

} // namespace cirque::plan
