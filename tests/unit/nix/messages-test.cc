// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/messages.hh"

#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(NixMessages, RecordsNotesAndTheErrorAreToldApart) {
    const Messages messages =
        splitMessages("warning: the group 'nixbld' specified in 'build-users-group' does not exist\n"
                      "trace: cirque-file:{\"token\":\"t\"}\n"
                      "trace: mine\n"
                      "error: boom\n"
                      "\n"
                      "       at /t/ci.nix:1:2:\n");
    ASSERT_EQ(messages.files.size(), 1u);
    EXPECT_EQ(messages.files[0], R"({"token":"t"})");
    EXPECT_EQ(messages.notes, "trace: mine\n");
    EXPECT_EQ(messages.error, "error: boom\n\n       at /t/ci.nix:1:2:");
}

TEST(NixMessages, AnErrorMayNameNoPlace) {
    EXPECT_FALSE(namesPlace("error: boom\n(use '--show-trace' to see more)"));
    EXPECT_TRUE(namesPlace("error: boom\n\n       at /t/ci.nix:1:2:\n"));
}

TEST(NixMessages, OldTraceGivesItsFirstPlaceOutsideTheLibrary) {
    const std::string trace =
        "error: boom\n\n       … while evaluating 'f'\n\n       at /lib/raw.nix:7:18:\n\n"
        "            7|   f = throw;\n             |   ^\n\n       … from call site\n\n"
        "       at /t/ci.nix:6:19:\n\n            6|   x\n             |   ^\n\n"
        "       … from call site\n\n       at /t/ci.nix:1:1:\n";
    EXPECT_EQ(placeIn(trace, "/lib"), "       at /t/ci.nix:6:19:\n\n            6|   x\n             |   ^");
}

TEST(NixMessages, NewTraceGivesItsLastPlaceOutsideTheLibrary) {
    const std::string trace =
        "error:\n       … while calling\n         at /t/ci.nix:1:1:\n            1| a\n"
        "       … while calling\n         at /t/ci.nix:6:19:\n            6| b\n"
        "       … in\n         at /lib/raw.nix:3:3:\n            3| c\n       error: boom";
    EXPECT_EQ(placeIn(trace, "/lib"), "         at /t/ci.nix:6:19:\n            6| b");
}

TEST(NixMessages, FramesOfTheLibraryAreLeftOut) {
    const std::string frame =
        "       … while evaluating\n         at /lib/entry.nix:61:5:\n           60|   pick =\n";
    const std::string own = "       … while calling\n         at /t/ci.nix:6:19:\n            6| b\n\n";
    const std::string rest = "       (stack trace truncated; use '--show-trace' to show the full, detailed "
                             "trace)\n\n       error: boom";
    EXPECT_EQ(withoutLibrary("error:\n" + frame + "\n" + rest, "/lib"), "error: boom");
    EXPECT_EQ(withoutLibrary("error:\n" + frame + own + rest, "/lib"),
              "error:\n" + own + "\n       error: boom");
}

TEST(NixMessages, AnErrorsOwnPlaceInTheLibraryIsLeftOut) {
    EXPECT_EQ(
        withoutLibrary("error: boom\n\n       at /lib/w.nix:20:58:\n\n           19|\n           20|   x\n"
                       "             | ^\n       Did you mean y?",
                       "/lib"),
        "error: boom\n\n       Did you mean y?");
}

TEST(NixMessages, AnErrorWithoutATraceStaysAsItIs) {
    const std::string error = "error: boom\n\n       at /t/ci.nix:6:19:\n\n            6| b\n             | "
                              "^\n       Did you mean x?";
    EXPECT_EQ(withoutLibrary(error + "\n(use '--show-trace' to show detailed location information)", "/lib"),
              error);
}

TEST(NixMessages, ATraceInsideTheLibraryAloneGivesNoPlace) {
    EXPECT_EQ(placeIn("error: boom\n\n       at /lib/raw.nix:7:18:\n", "/lib"), "");
}

} // namespace
} // namespace cirque::nix
