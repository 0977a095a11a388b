// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hh"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace cirque {
namespace {

// RFC 4648 section 10.
TEST(Base64, KnowsTheVectorsOfTheRfc) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> vectors{{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    }};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(toBase64(plain), encoded);
        EXPECT_EQ(parseBase64(encoded), plain);
    }
}

TEST(Base64, KeepsEveryByte) {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
    }
    EXPECT_EQ(parseBase64(toBase64(all)), all);
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
    for (const std::string_view bad :
         {"Zg=", "Zg", "Zg==Zg==", "Z===", "====", "Zm9v\n", "Zm-v", "Zh==", "Zm9="}) {
        EXPECT_FALSE(parseBase64(bad)) << bad;
    }
}

// FIPS 180-4 examples.
TEST(Sha256, KnowsTheVectorsOfTheStandard) {
    EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256Hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSameAsTheWhole) {
    Sha256 pieces;
    pieces.update("a");
    pieces.update("");
    pieces.update("bc");
    EXPECT_EQ(pieces.hex(), sha256Hex("abc"));
}

} // namespace
} // namespace cirque
