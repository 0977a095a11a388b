// SPDX-License-Identifier: Apache-2.0
// A corpus and small changes to it, the same in every run.
#pragma once

#include "base/json.hh"

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::fuzz {

// Every regular file below `folder`, in order of path. None: an empty list.
std::vector<std::string> readCorpus(const std::string& folder);

// One to four changes: a byte, a deletion, a repetition, a word of `words` put in, or a piece of another
// input.
std::string mutate(std::string input, const std::vector<std::string>& corpus,
                   const std::vector<std::string_view>& words, std::mt19937& random);

// The JSON document `input` with one to three of its values, wherever they are, replaced by values of
// `donor`, moved to another key or removed: still JSON, so that it reaches what lies behind the JSON parser.
Json mutateTree(Json input, const Json& donor, std::mt19937& random);

} // namespace cirque::fuzz
