// SPDX-License-Identifier: Apache-2.0
// What the guides tell people to write is accepted: every whole workflow file that stands in a page is
// checked.
#include "tests/functional/support/project.hh"
#include "tests/support/look.hh"

#include <filesystem>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

// Blocks of Nix that begin as a workflow file does and leave nothing out.
std::vector<std::string> wholeFiles(const std::string& page) {
    constexpr std::string_view opening = "```nix\n";
    std::vector<std::string> found;
    for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
        at += opening.size();
        std::string block = page.substr(at, page.find("\n```", at) - at);
        const std::string body = block.substr(block.find('\n') + 1);
        if (block.starts_with("{ cirque") && body.find("...") == std::string::npos) {
            found.push_back(std::move(block));
        }
    }
    return found;
}

TEST(Guide, EveryWholeWorkflowOfThePagesIsAccepted) {
    std::vector<fs::path> pages{fs::path(CIRQUE_SOURCE) / "README.md"};
    for (const auto& entry : fs::directory_iterator(fs::path(CIRQUE_SOURCE) / "docs/guide")) {
        pages.push_back(entry.path());
    }
    int checked = 0;
    for (const fs::path& page : pages) {
        for (const std::string& text : wholeFiles(slurp(page))) {
            const Project project;
            project.write("ci.nix", text);
            const Ran ran = project.cirque({"check"});
            EXPECT_EQ(ran.status, 0) << page << "\n" << text << "\n" << ran.all();
            ++checked;
        }
    }
    EXPECT_GE(checked, 4) << "the blocks were not found";
}

} // namespace
} // namespace cirque::test
