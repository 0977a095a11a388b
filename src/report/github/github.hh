// SPDX-License-Identifier: Apache-2.0
// A run inside GitHub Actions: each step's output as one block that the page folds, kept from commanding the
// outer runner; at the end the final screen, and annotations as the runner's own. One step's output is shown
// as it comes; that of steps beside it follows from its log when the block before it has ended, so nothing
// is held in memory.
#pragma once

#include "event/bus/listener.hh"
#include "event/types/lines.hh"
#include "report/github/commands.hh"
#include "report/model/model.hh"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace cirque::report {

class GitHubListener : public event::Listener {
  public:
    struct Options {
        bool colour = false;
        std::function<void(std::string_view)> sink; // whole lines; must not throw
        // The first `bytes` of the log of a try, piece by piece; `job`: its number in the plan, from 1. May
        // read files.
        std::function<void(int job, const TryRef&, std::int64_t bytes,
                           const std::function<void(std::string_view)>&)>
            log;
        std::function<std::string()> word = github::randomWord;
    };

    explicit GitHubListener(Options options) : options_(std::move(options)), guard_(options_.word) {}

    void onEvent(const event::Event& event) override;
    void onLog(const TryRef& ref, std::string_view bytes) override;

  private:
    struct Block {
        TryRef ref;
        std::int64_t bytes = 0; // that came so far
        bool ended = false;
        std::string verdict; // the line that ends it
    };

    void on(const event::Event& event, const event::RunStarted& body);
    void on(const event::Event& event, const event::JobStarted& body);
    void on(const event::Event& event, const event::JobRetrying& body);
    void on(const event::Event& event, const event::JobFinished& body);
    void on(const event::Event& event, const event::ProvisionFinished& body);
    void on(const event::Event& event, const event::StepRetrying& body);
    void on(const event::Event& event, const event::StepFinished& body);
    void on(const event::Event& event, const event::ServiceStopped& body);
    void on(const event::Event& event, const event::Notice& body);
    void on(const event::Event& event, const event::CancelRequested& body);
    void on(const event::Event& event, const event::RunFinished& body);

    void say(std::string_view name, std::string_view text);
    [[nodiscard]] std::string nameOf(const TryRef& ref) const;
    [[nodiscard]] std::string words(const Outcome& outcome) const;
    void endBlock(const TryRef& ref, std::string verdict);
    void endBlocks(const std::string& job);
    void open(const Block& block);
    void close(const Block& block);
    // Shows blocks until one is under way.
    void goOn();
    void show(std::string_view bytes);
    void repeatAnnotations();
    void flush();

    Options options_;
    github::Guard guard_;
    RunModel model_;
    std::list<Block> blocks_;                    // in the order they began; the first may be open
    std::map<TryRef, std::int64_t> services_;    // bytes of those that run: a block comes with their end
    bool open_ = false;                          // the first one's group
    event::LineSplitter splitter_;               // of the open block
    std::map<TryRef, event::LineSplitter> late_; // of daemons whose step has ended
    std::string held_;                           // lines that stand between blocks
    std::string out_;
};

} // namespace cirque::report
