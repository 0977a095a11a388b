// SPDX-License-Identifier: Apache-2.0
// Bytes as text (base64, RFC 4648 section 4) and a stable content hash for names (not for security).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cirque {

std::string toBase64(std::string_view bytes);
std::optional<std::string> parseBase64(std::string_view text);

// SHA-256 (FIPS 180-4) in lower-case hex: artifact checksums, content names.
std::string sha256Hex(std::string_view bytes);

// The same over pieces; libmd does the work.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(std::string_view bytes);
    std::string hex(); // ends the computation

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace cirque
