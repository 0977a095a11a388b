// SPDX-License-Identifier: Apache-2.0
#include "agent/leader/processors.hh"

#include "agent/leader/system.hh"

namespace cirque::agent {

namespace {

constexpr long self = 0;
constexpr int wordBits = 64;

long allowed(unsigned long* mask, unsigned long bytes) {
    return sys::call(__NR_sched_getaffinity, self, static_cast<long>(bytes), sys::address(mask));
}

bool allow(const unsigned long* mask, long bytes) {
    return sys::call(__NR_sched_setaffinity, self, bytes, sys::address(mask)) == 0;
}

// What was asked for is kept by the kernel beside the cpuset: all of it follows a cpuset that grows.
bool allowAll(long bytes) {
    unsigned long all[1024 / wordBits];
    for (unsigned long& word : all) {
        word = ~0UL;
    }
    return allow(all, bytes);
}

} // namespace

Beside::Beside() {
    unsigned here = 0;
    const long size = allowed(mask_, sizeof mask_);
    if (size <= 0 || sys::call(__NR_getcpu, sys::address(&here), 0, 0) != 0 || here >= words * wordBits ||
        !allowAll(size)) {
        return;
    }
    unsigned long widest[words] = {};
    allowed(widest, sizeof widest);
    for (int word = 0; word < words; ++word) {
        isRestricted_ = isRestricted_ || widest[word] != mask_[word];
    }
    size_ = size;
    unsigned long only[words] = {};
    only[here / wordBits] = 1UL << (here % wordBits);
    if (isRestricted_ && (mask_[here / wordBits] & only[here / wordBits]) == 0) {
        release(); // it was moved between the calls
        return;
    }
    allow(only, size);
}

void Beside::release() const {
    // a mask that the cpuset no longer meets is refused
    if (size_ > 0 && (!isRestricted_ || !allow(mask_, size_))) {
        allowAll(size_);
    }
}

} // namespace cirque::agent
