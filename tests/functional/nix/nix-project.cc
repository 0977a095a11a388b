// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/nix/nix-project.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <stdlib.h>

#include <filesystem>

namespace cirque::frontend {

void NixProject::SetUp() {
    std::string pattern = testing::TempDir() + "cirque-nix-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_TRUE(io::makeFolders(folder_ + "/tree"));
    ASSERT_TRUE(io::makeFolders(folder_ + "/conf"));
    ASSERT_TRUE(io::writeFileAtomic(folder_ + "/conf/nix.conf",
                                    "sandbox = false\nsubstituters =\nbuild-users-group =\n"));
    environment_ = {{"PATH", getenv("PATH")},
                    {"HOME", folder_},
                    {"NIX_CONF_DIR", folder_ + "/conf"},
                    {"NIX_STORE_DIR", folder_ + "/store"},
                    {"NIX_STATE_DIR", folder_ + "/var"},
                    {"NIX_LOG_DIR", folder_ + "/log"},
                    {"SECRET_OF_CALLER", "s3cret"}};
}

void NixProject::TearDown() {
    std::ignore = io::removeTree(folder_);
}

void NixProject::write(const std::string& name, std::string_view text) const {
    const std::string file = path(name);
    ASSERT_TRUE(io::makeFolders(file.substr(0, file.rfind('/'))));
    ASSERT_TRUE(io::writeFileAtomic(file, text));
}

WorkflowRequest NixProject::request() const {
    return {.file = path("ci.nix"),
            .name = {},
            .pkgs = {},
            .params = {},
            .root = folder_ + "/tree",
            .stateFolder = folder_ + "/state",
            .system = {},
            .environment = environment_,
            .notes = {}};
}

Result<plan::Plan> NixProject::load(WorkflowRequest request) {
    std::optional<Result<plan::Plan>> loaded;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> { loaded = co_await loadWorkflow(request); });
    return std::move(*loaded);
}

Result<plan::Plan> NixProject::loadText(std::string_view text) const {
    write("ci.nix", text);
    return load(request());
}

plan::Plan NixProject::planOf(std::string_view text) const {
    Result<plan::Plan> plan = loadText(text);
    EXPECT_TRUE(plan) << plan.error().text();
    return plan ? *plan : plan::Plan{};
}

Error NixProject::errorOf(std::string_view text) const {
    Result<plan::Plan> plan = loadText(text);
    EXPECT_FALSE(plan);
    return plan ? Error{} : plan.error();
}

std::size_t NixProject::storePaths() const {
    std::error_code missing;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/store", missing)) {
        count += entry.path().filename() != ".links" ? 1 : 0;
    }
    return count;
}

} // namespace cirque::frontend
