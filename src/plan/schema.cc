// SPDX-License-Identifier: Apache-2.0
#include "plan/schema.hh"

#include "base/assert.hh"

#include <algorithm>

namespace cirque::plan {
namespace {

using enum Type;
using enum Shape;

// Keys that mean the same on several kinds.
Field envField(std::string_view doc) {
    return {.name = "env", .shape = Map, .type = Object, .kind = "value", .keys = EnvKey, .doc = doc};
}

Field envFromField(std::string_view doc) {
    return {.name = "envFrom", .shape = List, .type = Provider, .doc = doc};
}

Field passEnvField(std::string_view fallback) {
    return {.name = "passEnv",
            .shape = List,
            .type = EnvPattern,
            .fallback = fallback,
            .doc = "which variables of the caller reach the steps; `*` at the end matches any rest"};
}

Field retryField(std::string_view name, std::string_view doc) {
    return {.name = name, .type = Object, .kind = "retry", .nullable = true, .doc = doc};
}

Field durationField(std::string_view name, std::string_view doc) {
    return {.name = name, .type = Duration, .nullable = true, .doc = doc};
}

Field conditionField(std::string_view doc) {
    return {.name = "condition", .type = Object, .kind = "condition", .fallback = "success()", .doc = doc};
}

Field outputsOfDerivation() {
    return {
        .name = "outputs", .shape = List, .type = Name, .fallback = "[\"out\"]", .doc = "the outputs needed"};
}

ObjectKind planKind() {
    return {
        .name = "plan",
        .doc = "The whole document.",
        .fields = {
            {.name = "plan", .type = Any, .required = true, .doc = "the schema version, 1; written first"},
            {.name = "name", .type = Name, .required = true, .doc = "the workflow's name"},
            envField("environment of every job"),
            envFromField("providers of environment, in order, a later one wins"),
            passEnvField("PATH HOME USER LANG LC_* TERM TMPDIR TZ"),
            {.name = "params",
             .shape = Map,
             .type = Object,
             .kind = "param",
             .keys = ParamName,
             .doc = "typed parameters, given by `--param name=value`"},
            {.name = "on", .type = Any, .doc = "triggers; kept for a server, free in this version"},
            retryField("retry", "default of all steps"),
            durationField("timeout", "default limit of one try of each step"),
            durationField("deadline", "limit of the whole run"),
            {.name = "logging", .type = Object, .kind = "logging", .doc = "how output is shown"},
            {.name = "hostTools",
             .shape = Map,
             .type = Object,
             .kind = "host tool",
             .doc = "tools of the place where a job runs, by token"},
            {.name = "files",
             .shape = Map,
             .type = Object,
             .kind = "generated file",
             .doc = "files that travel inside the plan, by token"},
            {.name = "jobs",
             .shape = Map,
             .type = Object,
             .kind = "job",
             .required = true,
             .doc = "at least one; order is kept"},
        }};
}

ObjectKind jobKind() {
    return {
        .name = "job",
        .doc = "A list of steps at one place. Starts when its needs are done and its condition holds.",
        .fields = {
            {.name = "system",
             .type = System,
             .fallback = "this machine's",
             .doc = "where it can run, as Nix says it"},
            {.name = "executor",
             .type = Object,
             .kind = "executor",
             .fallback = "local",
             .doc = "the kind of place"},
            {.name = "needs", .shape = List, .type = Name, .doc = "jobs that must be done first"},
            conditionField("whether to run, seen over all transitive needs"),
            {.name = "steps",
             .shape = List,
             .type = Object,
             .kind = "step",
             .required = true,
             .doc = "at least one"},
            envField("environment of its steps, above the workflow's"),
            envFromField("providers, below the job's `env`"),
            passEnvField("the workflow's"),
            {.name = "inputs",
             .shape = List,
             .type = Object,
             .kind = "input",
             .doc = "artifacts to restore before the first step"},
            {.name = "outputs",
             .shape = Map,
             .type = Object,
             .kind = "output",
             .doc = "artifacts to save after the last step, by name; a name is unique in the plan"},
            {.name = "results",
             .shape = List,
             .type = ResultName,
             .doc = "values written to `$CIRQUE_OUTPUT` that are exported to dependants as "
                    "`NEEDS_<JOB>_<NAME>`"},
            retryField("retry", "default of its steps, merged by key over the workflow's"),
            retryField("jobRetry", "runs the whole job again in a fresh folder"),
            durationField("timeout", "default limit of one try of each of its steps"),
            durationField("deadline", "limit of the whole job"),
            {.name = "continueOnError",
             .type = Bool,
             .fallback = "false",
             .doc = "a failure is shown, but counts as success for dependants and the exit status"},
            {.name = "copyRepo", .type = Bool, .fallback = "true", .doc = "false: its folder starts empty"},
            {.name = "services",
             .shape = Map,
             .type = Object,
             .kind = "service",
             .doc = "programs that run beside the steps; not run by this version"},
            {.name = "machine",
             .type = Object,
             .kind = "machine",
             .doc = "the computer the job wants; not run by this version"},
            {.name = "matrix", .type = Object, .kind = "matrix", .doc = "one job per combination of values"},
        }};
}

ObjectKind stepKind() {
    return {.name = "step",
            .doc = "One program. Names may repeat; a step is addressed by name or by its number from 1.",
            .oneOf = {"run", "build"},
            .fields = {
                {.name = "name", .type = Name, .fallback = "step", .doc = "shown in logs"},
                {.name = "run",
                 .type = Script,
                 .doc = "bash with errexit, nounset and pipefail; or a program and arguments"},
                {.name = "build",
                 .type = Object,
                 .kind = "derivation",
                 .doc = "a derivation to build; not run by this version"},
                envField("environment of this step only, above the job's"),
                {.name = "path",
                 .shape = List,
                 .type = PathEntry,
                 .doc = "folders put before PATH: absolute, or a token of `hostTools` or `files`"},
                {.name = "closure",
                 .type = Object,
                 .kind = "closure",
                 .doc = "what must exist at the place first"},
                {.name = "workdir",
                 .type = RelativePath,
                 .fallback = "the job's folder",
                 .doc = "below the job's folder"},
                conditionField("whether to run, seen over the earlier steps of the job"),
                retryField("retry", "merged by key over the job's"),
                durationField("timeout", "limit of one try"),
                {.name = "shell",
                 .type = Name,
                 .fallback = "bash",
                 .doc = "what runs a script; only bash in this version"},
            }};
}

ObjectKind conditionKind() {
    return {.name = "condition",
            .doc = "`when` decides first; then `bash`, if given, must exit 0 (1 is false, anything else "
                   "fails the job).",
            .shortForm = Text,
            .shortDoc = "a status function, else bash that runs if `success()` holds",
            .fields = {
                {.name = "when",
                 .type = When,
                 .fallback = "success()",
                 .doc = "`success()`, `failure()`, `always()` or `cancelled()`"},
                {.name = "bash",
                 .type = Text,
                 .doc = "run without errexit, nounset and pipefail in the job's folder"},
            }};
}

ObjectKind retryKind() {
    return {.name = "retry",
            .doc = "Merged by key from workflow, job and step; `null` starts again from the defaults.",
            .fields = {
                {.name = "max_attempts", .type = Count, .fallback = "1", .doc = "tries in all"},
                {.name = "backoff",
                 .type = Text,
                 .fallback = "exponential",
                 .words = {"exponential", "linear", "constant"},
                 .doc = "the wait after try n: `min*2^(n-1)`, `min*n` or `min`"},
                {.name = "min_time", .type = Wait, .fallback = "1", .doc = "the first wait"},
                {.name = "max_time", .type = Wait, .fallback = "60", .doc = "no wait is longer"},
            }};
}

ObjectKind valueKind() {
    return {.name = "value",
            .doc = "What a variable is set to. A variable that Cirque itself sets cannot be set (`CI` can).",
            .shortForm = Scalar,
            .shortDoc = "the value; numbers and booleans as text",
            .oneOf = {"value", "secret", "result", "param"},
            .fields = {
                {.name = "value", .type = Scalar, .doc = "the value itself"},
                {.name = "secret", .type = Name, .doc = "a secret's name; its value is redacted from logs"},
                {.name = "result", .type = Name, .doc = "a job, a transitive need, that exports `name`"},
                {.name = "name", .type = ResultName, .with = "result", .doc = "the result's name"},
                {.name = "param", .type = ParamName, .doc = "a parameter of the workflow"},
            }};
}

void addProviders(std::vector<ObjectKind>& kinds) {
    const Field kind{.name = "kind", .type = Name, .required = true, .doc = "which provider"};
    const Field secrets{
        .name = "secrets", .type = Bool, .fallback = "false", .doc = "redact the values from logs"};
    kinds.push_back(
        {.name = "file provider",
         .doc = "`\"kind\": \"file\"`: variables from a file of `NAME=value` lines.",
         .fields = {
             kind,
             {.name = "path",
              .type = Name,
              .required = true,
              .doc = "below the tree's root, or a token of `files`"},
             {.name = "required", .type = Bool, .fallback = "false", .doc = "a missing file is an error"},
             secrets}});
    kinds.push_back({.name = "static provider",
                     .doc = "`\"kind\": \"static\"`: variables written in the plan.",
                     .fields = {kind,
                                {.name = "values",
                                 .shape = Map,
                                 .type = Scalar,
                                 .keys = EnvKey,
                                 .required = true,
                                 .doc = "the variables"},
                                secrets}});
    kinds.push_back(
        {.name = "required provider",
         .doc = "`\"kind\": \"required\"`: fails when a variable of its level's environment is missing.",
         .fields = {
             kind,
             {.name = "names", .shape = List, .type = EnvName, .required = true, .doc = "the variables"}}});
    kinds.push_back({.name = "other provider",
                     .doc = "Any other `kind`: kept as written, not run by this version.",
                     .open = true,
                     .fields = {kind}});
}

void addParts(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "executor",
         .doc = "The kind of place where a job runs.",
         .fields = {{.name = "kind", .type = Name, .fallback = "local", .doc = "`local` in this version"},
                    {.name = "options", .shape = Map, .type = Any, .doc = "free, for that kind"}}});
    kinds.push_back(
        {.name = "input",
         .doc = "An artifact of a transitive need, put back with its own paths below `path`.",
         .shortForm = Name,
         .shortDoc = "the artifact's name",
         .fields = {
             {.name = "name", .type = Name, .required = true, .doc = "the artifact"},
             {.name = "path", .type = RelativePath, .fallback = ".", .doc = "below the job's folder"}}});
    kinds.push_back(
        {.name = "output",
         .doc = "A file or folder that becomes an artifact. Missing: the job fails.",
         .shortForm = RelativePath,
         .shortDoc = "the path",
         .fields = {{.name = "path", .type = RelativePath, .required = true, .doc = "below the job's folder"},
                    {.name = "when",
                     .type = Text,
                     .fallback = "success",
                     .words = {"success", "always"},
                     .doc = "`always`: also after a failure"}}});
    kinds.push_back(
        {.name = "matrix",
         .doc = "`axes` makes a template of the job; `values` marks a job as one member.",
         .oneOf = {"axes", "values"},
         .fields = {{.name = "axes",
                     .shape = Map,
                     .type = Object,
                     .kind = "axis",
                     .doc = "one job per combination, at most 1000; steps see `MATRIX_<AXIS>`"},
                    {.name = "values", .shape = Map, .type = Scalar, .doc = "this member's values"}}});
    kinds.push_back(
        {.name = "axis",
         .doc = "Values that are known only while the run runs: a text that is a JSON list.",
         .shortForm = ScalarList,
         .shortDoc = "the values, at least one",
         .oneOf = {"result", "param"},
         .fields = {{.name = "result", .type = Name, .doc = "a job, a transitive need"},
                    {.name = "name", .type = ResultName, .with = "result", .doc = "the result's name"},
                    {.name = "param", .type = ParamName, .doc = "a parameter of the workflow"}}});
    kinds.push_back(
        {.name = "param",
         .doc = "A typed parameter. Without a default it must be given.",
         .fields = {{.name = "type",
                     .type = Text,
                     .fallback = "string",
                     .words = {"string", "int", "bool", "choice"},
                     .doc = "what is accepted"},
                    {.name = "default", .type = Scalar, .doc = "used when none is given"},
                    {.name = "choices", .shape = List, .type = Scalar, .doc = "for type `choice`"},
                    {.name = "description", .type = Text, .doc = "for people"}}});
    kinds.push_back(
        {.name = "logging",
         .doc = "How output is shown.",
         .fields = {{.name = "format",
                     .type = Text,
                     .words = {"structured", "simple", "json"},
                     .doc = "the form of lines"},
                    {.name = "level", .type = Name, .doc = "accepted, not used by this version"}}});
}

void addNixParts(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "closure",
         .doc = "What must exist at the place before a step runs.",
         .fields = {
             {.name = "derivations",
              .shape = List,
              .type = Object,
              .kind = "derivation",
              .doc = "to realise"},
             {.name = "paths", .shape = List, .type = StorePath, .doc = "store paths that are sources"},
             {.name = "hostTools", .shape = List, .type = Name, .doc = "tokens of `hostTools`"},
             {.name = "files", .shape = List, .type = Name, .doc = "tokens of `files`"}}});
    kinds.push_back({.name = "derivation",
                     .doc = "A Nix derivation and the outputs wanted of it.",
                     .fields = {{.name = "drv", .type = DrvPath, .required = true, .doc = "its store path"},
                                outputsOfDerivation()}});
    kinds.push_back(
        {.name = "host tool",
         .doc = "A tool of the place. Its token stands where the tool's folder is meant; the place puts "
                "its own in.",
         .fields = {{.name = "name", .type = Name, .required = true, .doc = "the nixpkgs attribute"},
                    {.name = "programs", .shape = List, .type = Name, .doc = "the programs it brings"}}});
    kinds.push_back({.name = "generated file",
                     .doc = "A file whose text is in the plan. Its token stands where its path is meant.",
                     .fields = {{.name = "name", .type = Name, .required = true, .doc = "the file's name"},
                                {.name = "text", .type = Text, .required = true, .doc = "its content"},
                                {.name = "executable", .type = Bool, .fallback = "false", .doc = "its mode"},
                                {.name = "program",
                                 .type = Name,
                                 .doc = "given: the token means a folder that holds `bin/<program>`"}}});
}

void addMachines(std::vector<ObjectKind>& kinds) {
    kinds.push_back(
        {.name = "service",
         .doc = "A program that runs beside the steps. Other keys are kept. Not run by this version.",
         .open = true,
         .fields = {{.name = "exec", .type = Script, .doc = "what to run"},
                    {.name = "image", .type = Name, .doc = "a container image"},
                    {.name = "package", .type = Object, .kind = "derivation", .doc = "a derivation to run"},
                    {.name = "ports", .shape = List, .type = Any, .doc = "ports it listens on"},
                    envField("its environment"),
                    {.name = "ready", .type = Object, .kind = "ready", .doc = "how to know that it is up"},
                    {.name = "restart", .type = Name, .doc = "what happens when it ends"}}});
    kinds.push_back({.name = "ready",
                     .doc = "How to know that a service is up. Other keys are kept.",
                     .open = true,
                     .fields = {{.name = "exec", .type = Script, .doc = "exits 0 when up"},
                                {.name = "http", .type = Any, .doc = "an address that answers when up"},
                                {.name = "tcp", .type = Any, .doc = "a port that accepts when up"},
                                {.name = "log", .type = Text, .doc = "a pattern its output shows when up"},
                                {.name = "timeout", .type = Duration, .doc = "given up after"}}});
    kinds.push_back(
        {.name = "machine",
         .doc = "The computer a job wants. Other keys are kept. Not run by this version.",
         .open = true,
         .fields = {{.name = "nixos", .type = Object, .kind = "derivation", .doc = "a NixOS system to boot"},
                    {.name = "memory", .type = Scalar, .doc = "for example `4G`"},
                    {.name = "cpus", .type = Count, .doc = "how many"},
                    {.name = "disk", .type = Scalar, .doc = "for example `20G`"}}});
}

std::vector<ObjectKind> makeSchema() {
    std::vector<ObjectKind> kinds{planKind(),      jobKind(),   stepKind(),
                                  conditionKind(), retryKind(), valueKind()};
    addProviders(kinds);
    addParts(kinds);
    addNixParts(kinds);
    addMachines(kinds);
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

const ObjectKind& providerKind(std::string_view kind) {
    for (const std::string_view known : {"file", "static", "required"}) {
        if (kind == known) {
            return kindNamed(std::string(known) + " provider");
        }
    }
    return kindNamed("other provider");
}

} // namespace cirque::plan
