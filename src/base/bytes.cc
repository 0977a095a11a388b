// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hh"

#include <array>

extern "C" {
#include <sha2.h>
}

namespace cirque {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string toBase64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const auto at = [&](std::size_t k) {
            return k < left ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i + k])) : 0U;
        };
        const unsigned group = (at(0) << 16U) | (at(1) << 8U) | at(2);
        out += alphabet[(group >> 18U) & 63U];
        out += alphabet[(group >> 12U) & 63U];
        out += left > 1 ? alphabet[(group >> 6U) & 63U] : '=';
        out += left > 2 ? alphabet[group & 63U] : '=';
    }
    return out;
}

std::optional<std::string> parseBase64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        unsigned group = 0;
        int padding = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const char c = text[i + k];
            if (c == '=' && last && k >= 2) {
                ++padding;
                group <<= 6U;
                continue;
            }
            const std::size_t value = alphabet.find(c);
            if (value == std::string_view::npos || padding > 0) {
                return std::nullopt;
            }
            group = (group << 6U) | static_cast<unsigned>(value);
        }
        // bits behind the padding mean a second spelling of the same bytes (RFC 4648 section 3.5)
        if ((padding == 2 && (group & 0xffffU) != 0) || (padding == 1 && (group & 0xffU) != 0)) {
            return std::nullopt;
        }
        out += static_cast<char>((group >> 16U) & 0xffU);
        if (padding < 2) {
            out += static_cast<char>((group >> 8U) & 0xffU);
        }
        if (padding < 1) {
            out += static_cast<char>(group & 0xffU);
        }
    }
    return out;
}

struct Sha256::State {
    SHA2_CTX context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    SHA256Init(&state_->context);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
    SHA256Update(&state_->context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string Sha256::hex() {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256Final(digest.data(), &state_->context);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : digest) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string sha256Hex(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.hex();
}

} // namespace cirque
