// SPDX-License-Identifier: Apache-2.0
#include "app/local/annotation-events.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::app {

Result<void> AnnotationEvents::feed(std::string_view bytes) {
    scanner_.feed(bytes, [this](event::Annotation found) { take(std::move(found)); });
    return flush();
}

Result<void> AnnotationEvents::finish() {
    scanner_.finish([this](event::Annotation found) { take(std::move(found)); });
    return flush();
}

void AnnotationEvents::take(event::Annotation found) {
    constexpr int most = 100;
    ++count_;
    if (count_ <= most) {
        found.ref = ref_;
        bodies_.emplace_back(std::move(found));
    } else if (count_ == most + 1) {
        bodies_.emplace_back(
            event::Notice{"info", ref_.job,
                          fmt::format("step {} printed more than {} annotations; the rest stays in its log",
                                      ref_.step + 1, most),
                          ""});
    }
}

Result<void> AnnotationEvents::flush() {
    return bodies_.empty() ? Result<void>{} : journal_.append(std::exchange(bodies_, {}));
}

} // namespace cirque::app
