// SPDX-License-Identifier: Apache-2.0
// The entry of libFuzzer for the target whose name is CIRQUE_FUZZ_TARGET.
#include "tests/fuzz/target.hh"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cirque::fuzz::CIRQUE_FUZZ_TARGET(std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
