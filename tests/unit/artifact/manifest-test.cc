// SPDX-License-Identifier: Apache-2.0
#include "artifact/manifest.hh"

#include "base/bytes.hh"

#include <gtest/gtest.h>

namespace cirque::artifact {
namespace {

Manifest sample() {
    Manifest manifest{"n\n \\x", "d", {}};
    manifest.entries = {
        {EntryType::Folder, 0750, 0, 5, 6, "", "d", ""},
        {EntryType::File, 0644, 3, -1, 999'999'999, sha256Hex("abc"), "d/a \xff\n\x7f\\", ""},
        {EntryType::Link, 0777, 0, 1, 0, "", "d/l", "to here"},
    };
    return manifest;
}

TEST(ManifestTest, RoundTrips) {
    const Manifest manifest = sample();
    const auto parsed = parseManifest(toText(manifest), "m");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->name, manifest.name);
    EXPECT_EQ(parsed->path, manifest.path);
    EXPECT_EQ(parsed->entries, manifest.entries);
}

TEST(ManifestTest, VersionOneOnDiskStaysReadable) {
    // an older run's artifacts must not become unreadable: never change this text
    const std::string text =
        "cirque-artifact 1\nname a\\x20b\npath d\ndigest " +
        sha256Hex("d 0755 0 - d\nl 0777 0 - d/l to\\x20x\n") +
        "\nbytes 0\nentries 2\nd 0755 0 5.000000006 - d\nl 0777 0 -5.000000000 - d/l to\\x20x\n";
    const auto parsed = parseManifest(text, "m");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->name, "a b");
    EXPECT_EQ(parsed->entries[0], (Entry{EntryType::Folder, 0755, 0, 5, 6, "", "d", ""}));
    EXPECT_EQ(parsed->entries[1], (Entry{EntryType::Link, 0777, 0, -5, 0, "", "d/l", "to x"}));
    EXPECT_EQ(toText(*parsed), text);
}

TEST(ManifestTest, AnyChangedByteOfAnEntryIsNoticed) {
    const std::string text = toText(sample());
    const std::size_t start = text.find("\nd 0750") + 1;
    for (std::size_t i = start; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '1' ? '2' : '1';
        const auto parsed = parseManifest(changed, "m");
        if (parsed) {
            // times are not part of the digest
            for (std::size_t k = 0; k < parsed->entries.size(); ++k) {
                EXPECT_EQ(parsed->entries[k].path, sample().entries[k].path) << i;
                EXPECT_EQ(parsed->entries[k].sha256, sample().entries[k].sha256) << i;
                EXPECT_EQ(parsed->entries[k].target, sample().entries[k].target) << i;
            }
        }
    }
}

TEST(ManifestTest, CutShortIsCorruptNeverACrash) {
    const std::string text = toText(sample());
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        EXPECT_FALSE(parseManifest(text.substr(0, i), "m")) << i;
    }
}

TEST(ManifestTest, PathsThatLeadOutAreCorrupt) {
    for (const char* path : {"../x", "/x", "a/../b", "a//b", "./a", "a/"}) {
        Manifest manifest{"n", "", {{EntryType::Folder, 0755, 0, 0, 0, "", path, ""}}};
        EXPECT_FALSE(parseManifest(toText(manifest), "m")) << path;
    }
}

TEST(ManifestTest, EntriesOutOfOrderAreCorrupt) {
    Manifest manifest = sample();
    std::swap(manifest.entries[0], manifest.entries[2]);
    EXPECT_FALSE(parseManifest(toText(manifest), "m"));
}

} // namespace
} // namespace cirque::artifact
