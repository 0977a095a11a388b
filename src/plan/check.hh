// SPDX-License-Identifier: Apache-2.0
// Walks a document along the schema's table: unknown and missing keys, types, the form of texts. Pure.
#pragma once

#include "plan/location.hh"

namespace cirque::plan {

// Everything in `document` that the schema refuses, in no order. Stops collecting after some ten thousand.
std::vector<Finding> checkSchema(const Json& document);

} // namespace cirque::plan
