// SPDX-License-Identifier: Apache-2.0
// A job with a matrix of axes becomes one job per combination. Pure.
#pragma once

#include "base/result.hh"
#include "plan/types.hh"

namespace cirque::plan {

// `axes` gives every axis its values, in the matrix's order. The members are named <job>-<axis>-<value>-...
// with axes sorted by name (as the DSL's mkMatrixJobs does), carry matrix.values and the same needs; their
// outputs' names get the same suffix. No values on an axis: an error that says which. More than 1000 members:
// an error.
Result<std::vector<Job>> expandMatrix(const Job& job, const std::vector<MatrixAxis>& axes);

// A result's text as the values of an axis: a JSON list of strings, numbers or booleans.
Result<std::vector<std::string>> parseAxisValues(std::string_view text);

} // namespace cirque::plan
