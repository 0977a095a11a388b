// SPDX-License-Identifier: Apache-2.0
// The second half of the table of event types: steps, logs, artifacts, results, notices, the end. See
// records.hh.
#pragma once

#include "event/types/records-services.hh"
#include "event/types/records.hh"

namespace cirque::event {

template <>
struct Record<StepStarted> {
    static constexpr std::string_view type = "step.started";
    static constexpr std::string_view doc = "One try of a step begins.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &StepStarted::ref, ""},
        Field{"name", &StepStarted::name, "The step's name."},
    };
};

template <>
struct Record<StepRetrying> {
    static constexpr std::string_view type = "step.retrying";
    static constexpr std::string_view doc = "A try failed and another follows.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &StepRetrying::ref, ""},
        Field{"name", &StepRetrying::name, "The step's name."},
        Field{"of", &StepRetrying::of, "How many tries there may be."},
        Field{"delay", &StepRetrying::delay, "Milliseconds until the next one."},
        Field{"outcome", &StepRetrying::outcome, "How the try ended."},
    };
};

template <>
struct Record<StepFinished> {
    static constexpr std::string_view type = "step.finished";
    static constexpr std::string_view doc = "A step has its verdict; also when it was skipped.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &StepFinished::ref, ""},
        Field{"name", &StepFinished::name, "The step's name."},
        Field{"outcome", &StepFinished::outcome, "How it ended."},
        Field{"duration", &StepFinished::duration, "Milliseconds the last try took."},
        Field{"outputs", &StepFinished::outputs, "What a build step made: each `NAME=PATH`, a store path.",
              Need::Optional},
    };
};

template <>
struct Record<LogProgress> {
    static constexpr std::string_view type = "log.progress";
    static constexpr std::string_view doc =
        "How far the log of a try has grown: at most ten times a second, and once at its end.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &LogProgress::ref, ""},
        Field{"bytes", &LogProgress::bytes, "Bytes in the log."},
        Field{"lines", &LogProgress::lines, "Lines in the log; a last one without a newline counts."},
    };
};

template <>
struct Record<ArtifactSaved> {
    static constexpr std::string_view type = "artifact.saved";
    static constexpr std::string_view doc = "A job's files were saved.";
    static constexpr auto fields = std::tuple{
        Field{"job", &ArtifactSaved::job, "The job that made it."},
        Field{"name", &ArtifactSaved::name, "The artifact's name."},
        Field{"path", &ArtifactSaved::path, "What was saved, relative to the job's folder."},
        Field{"bytes", &ArtifactSaved::bytes, "Bytes in its files."},
        Field{"files", &ArtifactSaved::files, "How many files."},
        Field{"sha256", &ArtifactSaved::sha256, "SHA-256 of the artifact's manifest, in hex."},
    };
};

template <>
struct Record<ArtifactRestored> {
    static constexpr std::string_view type = "artifact.restored";
    static constexpr std::string_view doc = "An artifact was put into a job's folder.";
    static constexpr auto fields = std::tuple{
        Field{"job", &ArtifactRestored::job, "The job that gets it."},
        Field{"name", &ArtifactRestored::name, "The artifact's name."},
        Field{"path", &ArtifactRestored::path, "Where to, relative to the job's folder."},
    };
};

template <>
struct Record<ResultExported> {
    static constexpr std::string_view type = "result.exported";
    static constexpr std::string_view doc = "A job exports a named value.";
    static constexpr auto fields = std::tuple{
        Field{"job", &ResultExported::job, "The job's key in the plan."},
        Field{"name", &ResultExported::name, "The result's name."},
        Field{"value", &ResultExported::value, "Its value, redacted."},
    };
};

template <>
struct Record<Annotation> {
    static constexpr std::string_view type = "annotation";
    static constexpr std::string_view doc =
        "A step said something about a place in a file: `::error file=a.c,line=3::text`.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &Annotation::ref, ""},
        Field{"level", &Annotation::level, "error, warning or notice."},
        Field{"file", &Annotation::file, "The file, as the step named it.", Need::Optional},
        Field{"line", &Annotation::line, "The line, from 1.", Need::Optional},
        Field{"endLine", &Annotation::endLine, "The last line that is meant.", Need::Optional},
        Field{"column", &Annotation::column, "The column, from 1.", Need::Optional},
        Field{"title", &Annotation::title, "A heading.", Need::Optional},
        Field{"message", &Annotation::message, "What it said."},
    };
};

template <>
struct Record<TestCase> {
    static constexpr auto fields = std::tuple{
        Field{"suite", &TestCase::suite, "The group of tests it belongs to.", Need::Optional},
        Field{"name", &TestCase::name, "The test's name."},
        Field{"file", &TestCase::file, "Where it stands.", Need::Optional},
        Field{"line", &TestCase::line, "The line, from 1.", Need::Optional},
        Field{"duration", &TestCase::duration, "Milliseconds it took.", Need::Optional},
        Field{"message", &TestCase::message, "Why it failed.", Need::Optional},
    };
};

template <>
struct Record<TestsReported> {
    static constexpr std::string_view type = "tests.reported";
    static constexpr std::string_view doc = "One test report of a job was read.";
    static constexpr auto fields = std::tuple{
        Field{"job", &TestsReported::job, "The job's key in the plan."},
        Field{"source", &TestsReported::source, "The file in the job's folder, or the step that printed it."},
        Field{"format", &TestsReported::format, "junit, tap or gotest."},
        Field{"passed", &TestsReported::passed, "How many tests passed."},
        Field{"failed", &TestsReported::failed, "How many failed."},
        Field{"skipped", &TestsReported::skipped, "How many were skipped."},
        Field{"duration", &TestsReported::duration, "Milliseconds they took.", Need::Optional},
        Field{"failures", &TestsReported::failures, "Those that failed, at most a hundred."},
    };
};

template <>
struct Record<SummaryWritten> {
    static constexpr std::string_view type = "summary.written";
    static constexpr std::string_view doc = "A step wrote Markdown for people.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &SummaryWritten::ref, ""},
        Field{"text", &SummaryWritten::text, "The Markdown, redacted."},
    };
};

template <>
struct Record<Notice> {
    static constexpr std::string_view type = "notice";
    static constexpr std::string_view doc = "Something a person should see that is no failure by itself.";
    static constexpr auto fields = std::tuple{
        Field{"level", &Notice::level, "info, warning or error."},
        Field{"job", &Notice::job, "The job it is about.", Need::Optional},
        Field{"message", &Notice::message, "What it is."},
        Field{"hint", &Notice::hint, "What to do.", Need::Optional},
    };
};

template <>
struct Record<CancelRequested> {
    static constexpr std::string_view type = "cancel.requested";
    static constexpr std::string_view doc = "The run shall end before its work is done.";
    static constexpr auto fields = std::tuple{
        Field{"reason", &CancelRequested::reason, "SIGINT, SIGTERM, fail-fast, deadline or request."},
        Field{"immediate", &CancelRequested::immediate, "Without the cleanup phase.", Need::Optional},
        Field{"job", &CancelRequested::job, "Only this job; absent: the whole run.", Need::Optional},
    };
};

template <>
struct Record<RunFinished> {
    static constexpr std::string_view type = "run.finished";
    static constexpr std::string_view doc = "The run has its verdict. The last record; a journal without it "
                                            "belongs to a run that runs or was interrupted.";
    static constexpr auto fields = std::tuple{
        Field{"outcome", &RunFinished::outcome, "How it ended."},
        Field{"exitStatus", &RunFinished::exitStatus, "The exit status of cirque run."},
    };
};

} // namespace cirque::event
