// SPDX-License-Identifier: Apache-2.0
#include "feedback/texts.hh"

#include "base/text.hh"

namespace cirque::feedback {

std::string Texts::name(std::string_view whole) const {
    return ellipsize(redacted(whole), mostNameBytes);
}

std::string Texts::message(std::string_view whole) const {
    return ellipsize(trim(redacted(whole)), mostMessageBytes);
}

std::string Texts::end(std::string_view whole) const {
    std::string text = redacted(whole);
    if (text.size() > mostMessageBytes) {
        text.erase(0, text.size() - mostMessageBytes);
    }
    return text;
}

std::string Texts::redacted(std::string_view whole) const {
    return redact_ ? redact_(whole) : std::string(whole);
}

} // namespace cirque::feedback
