// SPDX-License-Identifier: Apache-2.0
// Foreign texts made fit to be kept: secrets are taken out of the whole text first and only then is it cut,
// because what is left of a secret that was cut looks like none.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::feedback {

inline constexpr std::size_t mostMessageBytes = 4096; // what is kept of one message
inline constexpr std::size_t mostNameBytes = 512;     // and of one name

// A whole text, without its secrets. Called on any thread. Empty: there are none.
using Redact = std::function<std::string(std::string_view)>;

class Texts {
  public:
    Texts() = default;

    explicit Texts(Redact redact) : redact_(std::move(redact)) {}

    // Unescaped and whole, or a secret stays unknown.
    [[nodiscard]] std::string name(std::string_view whole) const;
    [[nodiscard]] std::string message(std::string_view whole) const;
    [[nodiscard]] std::string end(std::string_view whole) const; // the last part of a message

  private:
    [[nodiscard]] std::string redacted(std::string_view whole) const;

    Redact redact_;
};

} // namespace cirque::feedback
