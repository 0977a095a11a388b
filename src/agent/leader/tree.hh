// SPDX-License-Identifier: Apache-2.0
// The leader's descendants, found through /proc and signalled as one.
#pragma once

namespace cirque::agent {

class Tree {
  public:
    // `scan`: read every process's parent instead of the children files.
    Tree(int self, bool scan);

    // Where /proc is missing or shows another process namespace, only `group` can be reached.
    void setGroup(int group) { group_ = group; }

    // TERM to every descendant once, then CONT, so that stopped ones see it.
    void terminate();

    // KILL to every descendant that can be seen. What is born meanwhile becomes the leader's own child when
    // its parent dies: call again at each SIGCHLD until no child is left.
    void kill();

  private:
    void freeze();
    int extend();
    int extendByScan();
    int addChildrenOf(int pid);
    bool add(int pid);
    bool usable() const;

    int self_;
    int group_ = 0;
    bool scan_;
    int count_ = 0;
};

} // namespace cirque::agent
