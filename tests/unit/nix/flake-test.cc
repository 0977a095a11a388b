// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/failure.hh"
#include "nix/eval/messages.hh"
#include "nix/eval/tasks.hh"

#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(FlakeReference, PathsAreEscapedAsInAUrl) {
    EXPECT_EQ(flakeReference("/home/me/a b#c", ""), "git+file:///home/me/a%20b%23c");
    EXPECT_EQ(flakeReference("/t", "sub/x y"), "git+file:///t?dir=sub/x%20y");
}

TEST(FlakeMetadata, SaysWhatSelfIs) {
    const auto flake =
        readMetadata(R"({"path":"/nix/store/x-source","locks":{"nodes":{"root":{}},"root":"root"},
        "locked":{"narHash":"sha256-a","rev":"0123456789abcdef","lastModified":1700000000,"type":"git"}})",
                     "sub");
    ASSERT_TRUE(flake) << flake.error().text();
    EXPECT_EQ(flake->path, "/nix/store/x-source");
    EXPECT_EQ(flake->folder, "sub");
    EXPECT_EQ(flake->info.at("shortRev"), "0123456");
    EXPECT_EQ(flake->info.at("lastModifiedDate"), "20231114221320");
    EXPECT_FALSE(flake->info.contains("dirtyRev"));
    EXPECT_FALSE(readMetadata("{}", ""));
    EXPECT_FALSE(readMetadata("[", ""));
}

TEST(FlakeOverrides, OnlyInputsThatAreThereCanBeReplaced) {
    const LockedFlake flake{.path = {},
                            .narHash = {},
                            .folder = {},
                            .info = {},
                            .locks = *parseJson(R"({"root":"root","nodes":{
        "root":{"inputs":{"a":"a_2","f":["a","b"]}},"a_2":{"inputs":{"b":"b"}},"b":{}}})",
                                                "locks")};
    EXPECT_TRUE(checkOverrides(flake, {}));
    EXPECT_TRUE(checkOverrides(flake, {{"a", "x"}, {"a/b", "x"}, {"f", "x"}}));
    for (const char* name : {"c", "a/c", "a/b/c", "f/b", "A"}) {
        const auto checked = checkOverrides(flake, {{name, "x"}});
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, ErrorCode::Usage);
        EXPECT_EQ(checked.error().hint, "it has: a, f");
    }
}

TEST(TaskExpression, TextOfTheRequestCannotBecomeCode) {
    LockedFlake flake{"/nix/store/x", "sha256-a", "", {}, JsonObject{}};
    const JsonArray tasks{JsonObject{{"op", "drv"}, {"path", JsonArray{"a", "${builtins.abort \"x\"}"}}}};
    const std::string text = taskExpression(flake, tasks, "m1");
    EXPECT_TRUE(text.contains(R"(\${builtins.abort \\\"x\\\"})")) << text.substr(text.size() - 200);
}

TEST(TaskRecord, OnlyWellFormedRecordsCount) {
    const auto begun = parseTaskRecord("trace: m1-begin:12", "m1");
    ASSERT_TRUE(begun);
    EXPECT_EQ(std::get<TaskBegun>(*begun).index, 12u);
    const auto done = parseTaskRecord(R"(trace: m1-done:{"index":3,"value":{"drv":"x"}})", "m1");
    ASSERT_TRUE(done);
    EXPECT_EQ(std::get<TaskDone>(*done).index, 3u);
    EXPECT_EQ(std::get<TaskDone>(*done).value.at("drv"), "x");
    for (const char* line : {"trace: mine", "trace: m1-begin:x", "trace: m1-begin:-1", "trace: m1-done:{",
                             R"(trace: m1-done:{"index":-1,"value":1})", R"(trace: m1-done:{"index":1})",
                             "m1-begin:1", "trace: m2-begin:1", ""}) {
        EXPECT_FALSE(parseTaskRecord(line, "m1")) << line;
    }
}

TEST(EvaluationFailure, DeathByMemoryIsKnownByTheCollectorsWords) {
    EXPECT_TRUE(ranOutOfMemory(
        "GC Warning: Out of Memory! Heap size: 0 MiB. Returning NULL!\nerror: out of memory\n"));
    EXPECT_FALSE(ranOutOfMemory("error: out of memory\n")) << "a flake may throw these words";
}

TEST(ShortMessage, TheInnermostMessageWithItsPlace) {
    const auto typo = shortMessage("error: cannot add a string to an integer\n\n       at flake.nix:5:14:\n\n"
                                   "            5|   x = 1 + \"a\";\n             |           ^\n");
    EXPECT_EQ(typo.text, "cannot add a string to an integer (flake.nix:5:14)");
    EXPECT_FALSE(typo.complete);
    const auto nested =
        shortMessage("error:\n       … while evaluating x\n         at flake.nix:1:1:\n            1| a\n\n"
                     "       error: boom\n       more of it");
    EXPECT_EQ(nested.text, "boom more of it");
    EXPECT_FALSE(nested.complete);
    EXPECT_TRUE(shortMessage("error: boom").complete);
}

TEST(NixMessages, PlacesOnStandardInputAreTheLibrarysOwn) {
    const std::string error =
        "error: attribute 'x' missing\n\n       at «stdin»:65:29:\n\n           64|     a\n"
        "           65|   b\n             |   ^\n";
    EXPECT_EQ(withoutLibrary(error, ""), "error: attribute 'x' missing");
}

} // namespace
} // namespace cirque::nix
