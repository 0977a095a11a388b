// SPDX-License-Identifier: Apache-2.0
// A run as a trace that other programs show. Pure.
#pragma once

#include "base/json.hh"
#include "history/timeline.hh"

#include <string>

namespace cirque::report {

// Chrome's trace events, which Perfetto reads: one track a job, with slices for its wait, provision, steps
// and tries, one track a service, and an instant for each thing that was said and each service that is up.
// Times are microseconds from the run's start.
JsonObject toPerfetto(const history::Timeline& timeline);

// OTLP's ExportTraceServiceRequest in the JSON form of OTLP 1.x (hex ids, nanoseconds as text, enums as
// numbers): a span for the run, each attempt, service, step and try, with the attributes of OpenTelemetry's
// conventions for CI/CD and, where those have no word, cirque.*. The trace's id is the run's; a span's id
// follows from what it stands for.
JsonObject toOtlp(const history::Timeline& timeline);

// What spans are named by, 16 hex digits: of an attempt with step 0 and try 0, of a step (from 1; a
// service's are those of TryRef) with try 0, of a try; everything zero is the run's own.
std::string spanId(const RunId& run, const std::string& job, int attempt, int step, int tryNumber);

} // namespace cirque::report
