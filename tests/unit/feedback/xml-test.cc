// SPDX-License-Identifier: Apache-2.0
#include "feedback/xml.hh"

#include <gtest/gtest.h>

namespace cirque::feedback {
namespace {

// The pieces of a document in one line, or "!reason".
std::string pieces(std::string_view document) {
    XmlReader reader(document);
    std::string out;
    while (true) {
        const Result<XmlReader::Kind> kind = reader.next();
        if (!kind) {
            return "!" + kind.error().message;
        }
        switch (*kind) {
        case XmlReader::Kind::Open:
            out += "<" + std::string(reader.name()) + " " + std::string(reader.attribute("a")) + ">";
            break;
        case XmlReader::Kind::Close:
            out += "</" + std::string(reader.name()) + ">";
            break;
        case XmlReader::Kind::Text:
            out += "[" + std::string(reader.text()) + "]";
            break;
        case XmlReader::Kind::End:
            return out;
        }
    }
}

TEST(Xml, ElementsAttributesTextAndCdataComeInOrder) {
    EXPECT_EQ(
        pieces("<?xml version='1.0'?><!-- c --><r a='1'>x<e a=\"2\" /><![CDATA[<&>]]>y</r> <!-- d -->\n"),
        "<r 1>[x]<e 2></e>[<&>][y]</r>");
}

TEST(Xml, ReferencesAreSettledAndForbiddenCharactersReplaced) {
    EXPECT_EQ(pieces("<r a='&lt;&amp;&#65;&#x20AC;'>&gt;&quot;&apos;&#27;&#xD800;&#99999999999;\r\n.\r.</r>"),
              "<r <&A\u20ac>[>\"'\ufffd\ufffd\ufffd\n.\n.]</r>");
}

TEST(Xml, NothingGrowsAndNothingIsFetched) {
    EXPECT_EQ(pieces("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>"),
              "!line 1: a document type is not accepted in a report");
    EXPECT_EQ(pieces("\n<r>&x;</r>"), "!line 2: there is an entity that XML does not know");
    EXPECT_EQ(pieces("<r>& </r>"), "!line 1: there is an '&' that begins no entity");
}

TEST(Xml, WhatIsNotWholeIsRefused) {
    for (const char* broken : {"",
                               " ",
                               "x",
                               "<r>",
                               "<r",
                               "<r a>",
                               "<r a=1/>",
                               "<r a='1' a='2'/>",
                               "<r a='<'/>",
                               "<r a='1'b='2'/>",
                               "<r></s>",
                               "</r>",
                               "<r/><s/>",
                               "<r/>x",
                               "<r><![CDATA[x]]</r>",
                               "<r><!-- x</r>",
                               "<r><? x</r>",
                               "< r/>",
                               "<r>&#;</r>",
                               "<r>&#x;</r>",
                               "<r>&#6x5;</r>",
                               "<![CDATA[x]]><r/>",
                               "<r><!DOCTYPE x></r>",
                               "<?xml version='1.0' encoding='UTF-16'?><r/>",
                               "<?xml encoding=",
                               "\xff\xfe<\0r\0"}) {
        EXPECT_TRUE(pieces(broken).starts_with("!")) << broken << ": " << pieces(broken);
    }
}

TEST(Xml, DepthHasALimitAndIsNoRecursion) {
    std::string deep;
    for (std::size_t i = 0; i <= deepestXml; ++i) {
        deep += "<a>";
    }
    EXPECT_EQ(pieces(deep), "!line 1: elements are nested more than 100 deep");
    EXPECT_TRUE(pieces("<?xml version='1.0' encoding=\"utf-8\"?>\xef\xbb\xbf<r/>").starts_with("!"));
    EXPECT_EQ(pieces("\xef\xbb\xbf<?xml version='1.0' encoding=\"utf-8\"?><r/>"), "<r ></r>");
}

} // namespace
} // namespace cirque::feedback
