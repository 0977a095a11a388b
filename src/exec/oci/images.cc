// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/images.hh"

#include "base/text.hh"
#include "exec/oci/root-image.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace cirque::exec {

namespace {

std::string ofHub(const std::string& image) {
    return (image.find('/') == std::string::npos ? "docker.io/library/" : "docker.io/") + image;
}

} // namespace

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
    co_return co_await named(std::move(options), std::move(log), std::move(stop));
}

io::Task<Result<std::string>> OciImages::idOf(std::string image, io::StopToken stop) {
    std::vector<std::string> words{"image", "inspect", "--format={{.Id}}", std::move(image)};
    co_return co_await engine_->ask(std::move(words), std::move(stop));
}

io::Task<Result<std::string>> OciImages::idOfAny(std::string image, io::StopToken stop) {
    Result<std::string> here = co_await idOf(image, stop);
    if (here || !engine_->tool().isPodman() || !lacksRegistry(image)) {
        co_return here;
    }
    Result<std::string> hubs = co_await idOf(ofHub(image), std::move(stop));
    if (hubs) {
        co_return hubs;
    }
    co_return here;
}

io::Task<Result<std::string>> OciImages::named(OciOptions options, std::shared_ptr<OutputSink> log,
                                               io::StopToken stop) {
    if (options.pull != "always") {
        Result<std::string> here = co_await idOfAny(options.image, stop);
        if (here) {
            co_return here;
        }
        if (options.pull == "never") {
            Error error = std::move(here).error();
            error.message = fmt::format("the image '{}' is not on this machine, and 'pull' is 'never': {}",
                                        options.image, error.message);
            error.hint = fmt::format("get it with '{} pull {}', or leave 'pull' out", engine_->tool().name,
                                     options.image);
            co_return fail(std::move(error));
        }
    }
    const Result<void> pulled = co_await pull(options.image, log, stop);
    if (!pulled) {
        Error error = std::move(pulled.error());
        error.message = fmt::format("the image '{}' cannot be fetched: {}", options.image, error.message);
        if (error.hint.empty()) {
            error.hint =
                "look at its name and at the registry, which must be reachable and may ask you to log in";
        }
        co_return fail(std::move(error));
    }
    co_return co_await idOfAny(options.image, stop);
}

// docker takes a bare name for one of Docker Hub; podman does only where somebody told it to.
io::Task<Result<void>> OciImages::pull(std::string image, std::shared_ptr<OutputSink> log,
                                       io::StopToken stop) {
    CIRQUE_CO_TRY(log->write(fmt::format("cirque: fetching the image {}\n", image), false));
    std::vector<std::string> words{"pull", image};
    Result<void> pulled = co_await engine_->show(std::move(words), log, stop);
    if (pulled || !engine_->tool().isPodman() || !lacksRegistry(image) || stop.stopRequested()) {
        co_return pulled;
    }
    std::vector<std::string> fromHub{"pull", ofHub(image)};
    co_return co_await engine_->show(std::move(fromHub), std::move(log), std::move(stop));
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
        co_await engine_->show(std::move(words), log, std::move(stop), builds_.scratch(build));
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
    Result<std::string> here = co_await idOf(rootImageName, stop);
    if (here) {
        co_return here;
    }
    std::vector<std::string> words{"import", "-", rootImageName};
    CIRQUE_CO_TRY(co_await engine_->feed(std::move(words), rootImageTar(), stop));
    co_return co_await idOf(rootImageName, stop);
}

} // namespace cirque::exec
