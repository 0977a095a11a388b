// SPDX-License-Identifier: Apache-2.0
#include "secret/redactor.hh"

#include "base/bytes.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cirque::secret {
namespace {

using Values = std::vector<std::string>;

std::string inPieces(const Values& values, std::string_view text, std::size_t piece) {
    Redactor redactor(values);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        out += redactor.apply(text.substr(at, piece));
    }
    out += redactor.flush();
    return out;
}

// What the filter must do, said without an automaton: the union of all occurrences, one mark for each
// overlap.
std::string naive(const Values& patterns, std::string_view text) {
    std::vector<std::size_t> reach(text.size() + 1, 0);
    for (const std::string& pattern : patterns) {
        for (std::size_t at = text.find(pattern); at != std::string_view::npos;
             at = text.find(pattern, at + 1)) {
            reach[at] = std::max(reach[at], at + pattern.size());
        }
    }
    std::string out;
    std::size_t covered = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (reach[i] > 0) {
            if (i >= covered) {
                out += redactionMark;
            }
            covered = std::max(covered, reach[i]);
        }
        if (i >= covered) {
            out += text[i];
        }
    }
    return out;
}

// Wrong: a secret cut by a read boundary is printed in two halves.
TEST(Redactor, ReplacesAcrossEveryChunkBoundary) {
    const Values values{"s3cr3t-token"};
    for (std::size_t piece = 1; piece < 40; ++piece) {
        EXPECT_EQ(inPieces(values, "a s3cr3t-token b s3cr3t-toke s3cr3t-tokens3cr3t-token", piece),
                  "a *** b s3cr3t-toke ******")
            << piece;
    }
}

// Wrong: the filter changes a byte of a log that holds no secret.
TEST(Redactor, WithoutSecretsGivesTheSameBytesWithoutCopying) {
    Redactor redactor(Values{});
    const std::string text("line\n\0\xff\x80 more", 13);
    const std::string_view shown = redactor.apply(text);
    EXPECT_EQ(shown.data(), text.data());
    EXPECT_EQ(shown, text);
    EXPECT_EQ(redactor.flush(), "");
}

// Wrong: with a secret each read is copied though it holds none.
TEST(Redactor, BytesWithoutASecretAreNotCopied) {
    Redactor redactor(Values{"hunter22"});
    const std::string text = "nothing to see, move along\n";
    EXPECT_EQ(redactor.apply(text).data(), text.data());
}

// Wrong: a prompt or a progress bar stays invisible because the filter keeps too much.
TEST(Redactor, HoldsBackOnlyWhatMayBecomeASecret) {
    Redactor redactor(Values{"hunter22"});
    EXPECT_EQ(redactor.apply("progress 10%"), "progress 10%");
    EXPECT_EQ(redactor.apply(" hunter2"), " ");
    EXPECT_EQ(redactor.apply("1"), "hunter21");
    EXPECT_EQ(redactor.apply("hunter"), "");
    EXPECT_EQ(redactor.flush(), "hunter");
}

// Wrong: of two secrets where one begins with the other, the rest of the longer one is shown.
TEST(Redactor, LongerAndOverlappingSecretsAreCoveredWhole) {
    for (std::size_t piece = 1; piece < 12; ++piece) {
        EXPECT_EQ(inPieces({"abc", "abcdef"}, "xabcdefx abcdx", piece), "x***x ***dx") << piece;
        EXPECT_EQ(inPieces({"abcd", "cdef"}, "xabcdefx", piece), "x***x") << piece;
        EXPECT_EQ(inPieces({"aaa"}, "aaaaa", piece), "***") << piece;
        EXPECT_EQ(inPieces({"bcd", "abcde1"}, "abcdx", piece), "a***x") << piece;
    }
}

// Wrong: a private key is printed line by line in clear.
TEST(Redactor, LinesOfAMultiLineSecretAreRedacted) {
    const Values values{"-----BEGIN-----\r\nMIIEvQ\nabc\n-----END-----\n"};
    EXPECT_EQ(inPieces(values, "got MIIEvQ and -----END-----, abc is short", 7),
              "got *** and ***, abc is short");
    EXPECT_EQ(inPieces(values, "-----BEGIN-----\r\nMIIEvQ\nabc\n-----END-----", 1000), "***");
}

// Wrong: `base64 <<<"$TOKEN"` shows a reversible form.
TEST(Redactor, Base64OfASecretIsRedacted) {
    const std::string secret = "correct horse battery";
    for (const std::string& form : {toBase64(secret), toBase64(secret + "\n")}) {
        const std::string shown = inPieces({secret}, "x " + form + " y", 5);
        EXPECT_TRUE(shown.starts_with("x ***") && shown.ends_with(" y")) << shown;
        EXPECT_EQ(shown.find(form.substr(0, 8)), std::string::npos) << shown;
    }
}

// Wrong: `jq -n env.KEY`, `declare -p` or `set -x` shows a secret that has a quote in it.
TEST(Redactor, EscapedFormsOfASecretAreRedacted) {
    const Values values{R"(it's "q" \b $d `t` a/b, c&d<e>=~f)"};
    // what jq 1.7, PHP, an XML writer and bash 5.2 print
    for (const std::string_view form :
         {R"(it's \"q\" \\b $d `t` a/b, c&d<e>=~f)", R"(it's \"q\" \\b $d `t` a\/b, c&d<e>=~f)",
          R"(it's "q" \b $d `t` a/b, c&amp;d&lt;e&gt;=~f)",
          R"(it's &quot;q&quot; \b $d `t` a/b, c&amp;d&lt;e&gt;=~f)",
          R"(it&apos;s &quot;q&quot; \b $d `t` a/b, c&amp;d&lt;e&gt;=~f)",
          R"(it&#39;s &quot;q&quot; \b $d `t` a/b, c&amp;d&lt;e&gt;=~f)",
          R"(it's \"q\" \\b \$d \`t\` a/b, c&d<e>=~f)", R"(it'\''s "q" \b $d `t` a/b, c&d<e>=~f)",
          R"(it\'s\ \"q\"\ \\b\ \$d\ \`t\`\ a/b\,\ c\&d\<e\>=\~f)"}) {
        EXPECT_EQ(inPieces(values, "x " + std::string(form) + " y", 7), "x *** y") << form;
    }
    EXPECT_EQ(inPieces({"#~a:~b"}, R"(\#~a:\~b ~b)", 7), "*** ~b");
    EXPECT_EQ(inPieces({R"({"type":"sa"})"
                        "\n"},
                       R"("{\"type\":\"sa\"}")", 7),
              "\"***\"")
        << "the newline at the end was trimmed";
}

// Wrong: the same of one with control characters, which bash writes as $'...'.
TEST(Redactor, EscapedControlCharactersOfASecretAreRedacted) {
    const Values values{"a\tb\nc\x01\x1b\x7f\xc3\xa9'\"\\$`x"};
    for (const std::string_view form :
         {"a\\tb\\nc\\u0001\\u001b\\u007f\xc3\xa9'\\\"\\\\$`x", "a\\tb\\nc\\001\\E\\177\xc3\xa9\\'\"\\\\$`x",
          R"(a\tb\nc\001\E\177\303\251\'"\\$`x)"}) {
        EXPECT_EQ(inPieces(values, "x " + std::string(form) + " y", 7), "x *** y") << form;
    }
    EXPECT_EQ(inPieces({"first \"line\"\nsecond\n"}, R"([first \"line\"])", 7), "[***]");
}

// Wrong: a secret "1" turns every 1 of a log into ***, which destroys it and tells the value.
TEST(Redactor, ShortValuesAreNotReplaced) {
    const Values values{"", "1", "ab", "abc"};
    EXPECT_EQ(std::ranges::count_if(values, tooShort), 2);
    EXPECT_EQ(inPieces(values, "1 ab abc", 3), "1 ab ***");
}

// Wrong: a secret with a NUL or a high byte slips through, or such bytes in the log are damaged.
TEST(Redactor, BytesAreBytes) {
    const std::string secret("k\0\xff\x01y", 5);
    const std::string text = "a" + std::string(1, '\0') + secret + "\xfe";
    EXPECT_EQ(inPieces({secret}, text, 2), std::string("a\0***\xfe", 6));
}

TEST(Redactor, AgreesWithTheNaiveDefinitionOnRandomText) {
    std::mt19937 random(7);
    const auto text = [&](std::size_t length, int letters) {
        std::string out;
        for (std::size_t i = 0; i < length; ++i) {
            out += static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(letters)));
        }
        return out;
    };
    for (int round = 0; round < 300; ++round) {
        Values values;
        for (unsigned i = 0; i < 1 + random() % 5; ++i) {
            values.push_back(text(3 + random() % 6, 2 + round % 2));
        }
        const std::string log = text(200, 2 + round % 2);
        // base64 forms cannot occur in text of the letters a to c
        ASSERT_EQ(inPieces(values, log, 1 + random() % 20), naive(values, log)) << "round " << round;
    }
}

} // namespace
} // namespace cirque::secret
