// SPDX-License-Identifier: Apache-2.0
// Feedback as three lists of a job's JSON object: tests, annotations, summaries. Internal to the folder.
#pragma once

#include "history/feedback.hh"
#include "history/fields.hh"

namespace cirque::history {

void putFeedback(JsonObject& job, const Feedback& told);
void readFeedback(Fields& job, Feedback& told);

} // namespace cirque::history
