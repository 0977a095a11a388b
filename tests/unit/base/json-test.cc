// SPDX-License-Identifier: Apache-2.0
#include "base/json.hh"

#include <gtest/gtest.h>

namespace cirque {
namespace {

std::string errorOf(std::string_view text) {
    const auto parsed = parseJson(text, "plan.json");
    return parsed ? "no error" : parsed.error().message;
}

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, ReadsADocument) {
    const auto parsed = parseJson(" {\"a\": [1, 2.5, true, null, \"\\u00e9\"]}\n", "plan.json");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(toLine(*parsed), "{\"a\":[1,2.5E0,true,null,\"\xc3\xa9\"]}");
}

TEST(ParseJson, ErrorsNameDocumentLineAndColumn) {
    EXPECT_EQ(errorOf("{\n  \"a\": 1,\n  \"b\": x\n}").substr(0, 15), "plan.json:3:8: ");
    EXPECT_EQ(errorOf("x").substr(0, 15), "plan.json:1:1: ");
}

// Two equal keys: whichever wins, half of the readers saw another document.
TEST(ParseJson, RefusesAKeyThatStandsTwice) {
    EXPECT_NE(errorOf("{\"jobs\": 1,\n \"jobs\": 2}").find("'jobs' stands twice"), std::string::npos);
    EXPECT_NE(errorOf("[{\"a\": {\"b\": 1, \"\\u0062\": 2}}]").find("'b' stands twice"), std::string::npos);
    EXPECT_EQ(errorOf("[{\"a\": 1}, {\"a\": {\"a\": 2}}]"), "no error");
}

TEST(ParseJson, DuplicateIsReportedWhereItStands) {
    EXPECT_EQ(errorOf("{\"a\": 1,\n \"a\": 2}").substr(0, 12), "plan.json:2:");
}

// Deep nesting ends with a message, not with the end of the stack.
TEST(ParseJson, RefusesDeepNesting) {
    EXPECT_EQ(errorOf(nested(64)), "no error");
    EXPECT_NE(errorOf(nested(65)).find("nested deeper than 64 levels"), std::string::npos);
    EXPECT_NE(errorOf(nested(1'000'000)).find("nested deeper"), std::string::npos);
}

TEST(ParseJson, RefusesWhatIsNotOneDocument) {
    for (const std::string_view bad :
         {"", "  ", "{", "[1,", "\"abc", "{\"a\" 1}", "[1,]", "tru", "nul", "01", "1e", "-", "'a'",
          "[1] // c", "\xef\xbb\xbf{}", "{} {}", "[] x", "\"\n\"", "\"\\x\""}) {
        EXPECT_NE(errorOf(bad), "no error") << bad;
    }
}

TEST(ParseJson, RefusesWhatIsNotUtf8) {
    for (const std::string_view bad :
         {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\\ud800\"", "{\"\xc0\x80\": 1}"}) {
        EXPECT_NE(errorOf(bad), "no error") << testing::PrintToString(bad);
    }
}

TEST(ParseJson, TakesLargeStringsAndNumbers) {
    const std::string large(10'000'000, 'x');
    const auto parsed = parseJson("\"" + large + "\"", "plan.json");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->as_string().size(), large.size());
    EXPECT_EQ(errorOf("[18446744073709551615, -9223372036854775808]"), "no error");
    EXPECT_EQ(errorOf("[123456789012345678901234567890]"), "no error");
}

TEST(ParseJson, TakesLongKeysWhole) {
    const std::string first = std::string(100'000, 'k') + "1";
    const std::string second = std::string(100'000, 'k') + "2";
    EXPECT_EQ(errorOf("{\"" + first + "\": 1, \"" + second + "\": 2}"), "no error");
}

TEST(JsonFields, WhatIsAbsentOrSomethingElseIsEmptyOrFalse) {
    const JsonObject object = parseJson(R"({"t": "x", "f": true, "n": 1})", "test")->as_object();
    EXPECT_EQ(textAt(object, "t"), "x");
    EXPECT_EQ(textAt(object, "n") + textAt(object, "f") + textAt(object, "no"), "");
    EXPECT_TRUE(flagAt(object, "f"));
    EXPECT_FALSE(flagAt(object, "n") || flagAt(object, "t") || flagAt(object, "no"));
}

TEST(WriteJson, PrettyKeepsTheOrderOfKeysAndEndsInANewline) {
    const auto parsed = parseJson(R"({"b":1,"a":[],"c":{"x":[1,{"y":"\n"}]},"d":{}})", "x");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(toPretty(*parsed), R"({
  "b": 1,
  "a": [],
  "c": {
    "x": [
      1,
      {
        "y": "\n"
      }
    ]
  },
  "d": {}
}
)");
    EXPECT_EQ(toLine(*parsed), R"({"b":1,"a":[],"c":{"x":[1,{"y":"\n"}]},"d":{}})");
}

} // namespace
} // namespace cirque
