// SPDX-License-Identifier: Apache-2.0
#include "history/feedback-json.hh"

#include <limits>

namespace cirque::history {
namespace {

using event::putText;

// Steps are kept from 0 and shown from 1.
std::int64_t numberOf(int step) {
    return static_cast<std::int64_t>(step) + 1;
}

JsonObject toJson(const FailedTest& test) {
    JsonObject out;
    putText(out, "suite", test.suite);
    putText(out, "name", test.name);
    putText(out, "file", test.file);
    out["line"] = test.line;
    out["duration"] = test.duration.count();
    putText(out, "message", test.message);
    return out;
}

JsonObject toJson(const TestsSummary& tests) {
    JsonObject out;
    putText(out, "source", tests.source);
    putText(out, "format", tests.format);
    out["passed"] = tests.passed;
    out["failed"] = tests.failed;
    out["skipped"] = tests.skipped;
    out["duration"] = tests.duration.count();
    JsonArray failures;
    for (const FailedTest& test : tests.failures) {
        failures.push_back(toJson(test));
    }
    out["failures"] = std::move(failures);
    return out;
}

JsonObject toJson(const AnnotationSummary& annotation) {
    JsonObject out;
    out["step"] = numberOf(annotation.step);
    putText(out, "level", annotation.level);
    putText(out, "file", annotation.file);
    out["line"] = annotation.line;
    out["endLine"] = annotation.endLine;
    out["column"] = annotation.column;
    putText(out, "title", annotation.title);
    putText(out, "message", annotation.message);
    return out;
}

JsonObject toJson(const StepNote& note) {
    JsonObject out;
    out["step"] = numberOf(note.step);
    putText(out, "text", note.text);
    return out;
}

template <class T>
JsonArray list(const std::vector<T>& elements) {
    JsonArray out;
    for (const T& element : elements) {
        out.push_back(toJson(element));
    }
    return out;
}

void readStep(Fields& fields, int& step) {
    std::int64_t number = 0;
    fields.number("step", number);
    const std::int64_t index = number == std::numeric_limits<std::int64_t>::min() ? number : number - 1;
    if (index != static_cast<int>(index)) {
        fields.wrong("step");
    } else {
        step = static_cast<int>(index);
    }
}

void read(Fields fields, FailedTest& test) {
    fields.text("suite", test.suite);
    fields.text("name", test.name);
    fields.text("file", test.file);
    fields.number("line", test.line);
    fields.duration("duration", test.duration);
    fields.text("message", test.message);
}

void read(Fields fields, TestsSummary& tests) {
    fields.text("source", tests.source);
    fields.text("format", tests.format);
    fields.number("passed", tests.passed);
    fields.number("failed", tests.failed);
    fields.number("skipped", tests.skipped);
    fields.duration("duration", tests.duration);
    fields.each("failures", [&](const Json& json) {
        read(Fields(json, fields.problem()), tests.failures.emplace_back());
    });
}

void read(Fields fields, AnnotationSummary& annotation) {
    readStep(fields, annotation.step);
    fields.text("level", annotation.level);
    fields.text("file", annotation.file);
    fields.number("line", annotation.line);
    fields.number("endLine", annotation.endLine);
    fields.number("column", annotation.column);
    fields.text("title", annotation.title);
    fields.text("message", annotation.message);
}

void read(Fields fields, StepNote& note) {
    readStep(fields, note.step);
    fields.text("text", note.text);
}

template <class T>
void readList(Fields& parent, std::string_view name, std::vector<T>& out) {
    parent.each(name, [&](const Json& json) { read(Fields(json, parent.problem()), out.emplace_back()); });
}

} // namespace

void putFeedback(JsonObject& job, const Feedback& told) {
    job["tests"] = list(told.tests);
    job["annotations"] = list(told.annotations);
    job["summaries"] = list(told.summaries);
}

void readFeedback(Fields& job, Feedback& told) {
    readList(job, "tests", told.tests);
    readList(job, "annotations", told.annotations);
    readList(job, "summaries", told.summaries);
}

} // namespace cirque::history
