// SPDX-License-Identifier: Apache-2.0
// The keys of a workflow file, printed from the plan's schema under the names that the Nix library gives
// them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cirque::plan {

// docs/reference/dsl.md with each part between `<!-- keys: KIND -->` and `<!-- end -->` printed anew. KIND is
// `workflow` or a kind of the schema; it must exist.
std::string withDslKeys(std::string_view page);

} // namespace cirque::plan
