// SPDX-License-Identifier: Apache-2.0
#include "secret/providers.hh"

#include <gtest/gtest.h>

#include <map>

namespace cirque::secret {
namespace {

using Kind = plan::EnvProvider::Kind;
using Providers = std::vector<plan::EnvProvider>;

plan::EnvProvider file(std::string path, bool required = false, bool secrets = false) {
    plan::EnvProvider provider;
    provider.kind = Kind::File;
    provider.kindName = "file";
    provider.path = std::move(path);
    provider.required = required;
    provider.secrets = secrets;
    return provider;
}

plan::EnvProvider fixed(std::vector<std::pair<std::string, std::string>> values) {
    plan::EnvProvider provider;
    provider.kind = Kind::Static;
    provider.values = std::move(values);
    return provider;
}

plan::EnvProvider required(std::vector<std::string> names) {
    plan::EnvProvider provider;
    provider.kind = Kind::Required;
    provider.names = std::move(names);
    return provider;
}

ReadText files(std::map<std::string, std::string> content) {
    return [content = std::move(content)](const std::string& path) -> Result<std::optional<std::string>> {
        const auto at = content.find(path);
        return at == content.end() ? std::nullopt : std::optional(at->second);
    };
}

TEST(Providers, RunInListOrderAndALaterOneWins) {
    const Providers list{fixed({{"A", "1"}, {"B", "1"}}), file("x.env"), fixed({{"C", "3"}})};
    const auto loaded = loadProviders(list, files({{"x.env", "B=2\nC=2\nB=22"}}));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(*loaded, (std::vector<Variable>{{"A", "1"}, {"B", "22"}, {"C", "3"}}));
}

// Wrong: a secret overridden by a later plain provider of the same name is shown.
TEST(Providers, TheSecretFlagIsCarried) {
    const Providers list{file("x.env", false, true), fixed({{"A", "plain"}})};
    const auto loaded = loadProviders(list, files({{"x.env", "A=s\nB=t"}}));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(*loaded, (std::vector<Variable>{{"B", "t", true}, {"A", "plain", true}}));
}

TEST(Providers, AMissingFileIsAnErrorOnlyWhenRequired) {
    EXPECT_TRUE(loadProviders(Providers{file("no.env")}, files({}))->empty());
    const auto loaded = loadProviders(Providers{file("no.env", true)}, files({}));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::Provider);
    EXPECT_EQ(loaded.error().message, "the environment file no.env does not exist");
}

TEST(Providers, AnUnknownKindIsRefusedByName) {
    plan::EnvProvider sops;
    sops.kind = Kind::Other;
    sops.kindName = "sops";
    const auto loaded = loadProviders(Providers{sops}, files({}));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::Unsupported);
    EXPECT_NE(loaded.error().message.find("'sops'"), std::string::npos);
}

// Wrong: a failing `required` makes a green run (the peer exits 0 without running anything).
TEST(Providers, RequiredNamesEveryUnsetVariable) {
    const Providers list{required({"A", "B"}), fixed({}), required({"B", "C", "EMPTY"})};
    const auto isSet = [](std::string_view name) { return name == "A" || name == "EMPTY"; };
    const auto checked = checkRequired(list, isSet, "workflow");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::Provider);
    EXPECT_EQ(checked.error().message, "workflow: required variables not set: B, C");
    EXPECT_TRUE(checkRequired(list, [](std::string_view) { return true; }, "workflow"));
}

} // namespace
} // namespace cirque::secret
