// SPDX-License-Identifier: Apache-2.0
// Takes snapshots of folders of a TreeFixture and makes job folders of them.
#pragma once

#include "tests/unit/workspace/tree-fixture.hh"
#include "workspace/snapshot.hh"

#include <string>
#include <utility>

namespace cirque::workspace {

class SnapshotTest : public cirque::testing::TreeFixture {
  protected:
    Result<Snapshot> take(const std::string& folder) {
        Result<Snapshot> out = fail(ErrorCode::Process, "never ran");
        auto tree = findTree(at(folder));
        if (!tree) {
            return fail(tree.error());
        }
        const std::string into = at("snap" + std::to_string(++count_));
        await([&] { return Snapshot::take(*tree, into, {}); }, [&](auto taken) { out = std::move(taken); });
        return out;
    }

    void copy(const std::string& folder, const std::string& dest) {
        const auto snapshot = take(folder);
        ASSERT_TRUE(snapshot) << snapshot.error().text();
        const auto made = snapshot->makeJobFolder(at(dest));
        ASSERT_TRUE(made) << made.error().text();
    }

    void commitAll(const std::string& folder) {
        sh(folder, "git init -q -b main; git add -A; git commit -qm one");
    }

  private:
    int count_ = 0;
};

} // namespace cirque::workspace
