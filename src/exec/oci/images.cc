// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/images.hh"

#include "base/text.hh"
#include "exec/local/translate.hh"
#include "exec/oci/root-image.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace cirque::exec {

io::Task<Result<std::string>> OciImages::find(OciOptions options, std::string tree,
                                              std::shared_ptr<OutputSink> log, io::StopToken stop) {
    const std::string key = fmt::format("{}\n{}\n{}\n{}", options.image, options.dockerfile, options.pull,
                                        options.dockerfile.empty() ? "" : options.network);
    std::shared_ptr<Entry>& known = entries_[key];
    if (!known) {
        known = std::make_shared<Entry>();
    }
    const std::shared_ptr<Entry> entry = known;
    while (entry->busy) {
        if (!co_await entry->changed.wait(stop)) {
            co_return fail(ErrorCode::Process, "waiting for the image was stopped");
        }
    }
    if (!entry->id.empty()) {
        co_return entry->id;
    }
    entry->busy = true;
    Result<std::string> made = co_await make(std::move(options), std::move(tree), std::move(log), stop);
    entry->busy = false;
    entry->id = made ? *made : std::string();
    entry->changed.notify();
    co_return made;
}

io::Task<Result<std::string>> OciImages::make(OciOptions options, std::string tree,
                                              std::shared_ptr<OutputSink> log, io::StopToken stop) {
    if (!options.dockerfile.empty()) {
        co_return co_await built(std::move(options), std::move(tree), std::move(log), std::move(stop));
    }
    if (options.image.empty()) {
        co_return co_await empty(std::move(stop));
    }
    co_return co_await engine_->findImage(options.image, options.pull, toSink(std::move(log)),
                                          std::move(stop));
}

io::Task<Result<std::string>> OciImages::built(OciOptions options, std::string tree,
                                               std::shared_ptr<OutputSink> log, io::StopToken stop) {
    const std::string dockerfile = options.dockerfile;
    const std::string file = fmt::format("{}/{}", tree, dockerfile);
    if (::access(file.c_str(), R_OK) != 0) {
        co_return fail(ErrorCode::NotFound, fmt::format("there is no file '{}' in the tree", dockerfile),
                       "'dockerfile' is a path below the tree's root; a file that git ignores is not there");
    }
    CIRQUE_CO_TRY_ASSIGN(std::vector<std::string> words, ociBuild(engine_->tool(), options, file));
    CIRQUE_CO_TRY(log->write(fmt::format("cirque: building the image of {}\n", dockerfile), false));
    CIRQUE_CO_TRY_ASSIGN(const std::string build, builds_.begin());
    const std::string idFile = builds_.scratch(build) + "/image";
    words.push_back("--iidfile=" + idFile);
    std::ranges::copy(OciBuilds::marks(engine_->tool(), build), std::back_inserter(words));
    words.push_back(tree);
    Result<void> shown =
        co_await engine_->show(std::move(words), toSink(log), std::move(stop), builds_.scratch(build));
    Result<std::string> id = shown ? io::readFile(idFile) : Result<std::string>(fail(shown.error()));
    const Result<void> ended = co_await builds_.end(engine_, build, shown.has_value());
    if (!ended) {
        CIRQUE_CO_TRY(log->write(fmt::format("cirque: {}\n", ended.error().text()), false));
    }
    if (!id) {
        co_return fail(std::move(id).error().within(fmt::format("while building {}", dockerfile)));
    }
    co_return std::string(trim(*id));
}

io::Task<Result<std::string>> OciImages::empty(io::StopToken stop) {
    Result<std::string> here = co_await engine_->idOf(rootImageName, stop);
    if (here) {
        co_return here;
    }
    std::vector<std::string> words{"import", "-", rootImageName};
    CIRQUE_CO_TRY(co_await engine_->feed(std::move(words), rootImageTar(), stop));
    co_return co_await engine_->idOf(rootImageName, stop);
}

} // namespace cirque::exec
