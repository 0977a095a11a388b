// SPDX-License-Identifier: Apache-2.0
// Every place of ours. A new one: a file beside this one, a row here and a line in CMakeLists.txt.
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {

const std::vector<TargetRow>& targets() {
    static const std::vector<TargetRow> rows = {
        {"local", makeLocal},
        {"custom", makeCustom},
        {"sandbox", makeSandbox},
        {"oci-shared", makeOciShared},
        {"oci-isolated", makeOciIsolated},
        {"ssh", makeSsh},
        {"ssh-nix", makeSshNix},
        {"nspawn", makeNspawn},
        {"nspawn-booted", makeNspawnBooted},
    };
    return rows;
}

} // namespace cirque::conformance
