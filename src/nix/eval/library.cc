// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/library.hh"

#include "base/bytes.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace cirque::nix {

std::string libraryVersion() {
    Sha256 sum;
    for (const LibraryFile& file : libraryFiles()) {
        sum.update(fmt::format("{}\n{}\n", file.name, file.text.size()));
        sum.update(file.text);
    }
    return sum.hex();
}

namespace {

bool isFolder(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<void> writeFiles(const std::string& folder) {
    CIRQUE_TRY(io::makeFolders(folder));
    for (const LibraryFile& file : libraryFiles()) {
        CIRQUE_TRY(io::writeFileAtomic(fmt::format("{}/{}", folder, file.name), file.text));
    }
    return {};
}

} // namespace

Result<std::string> installLibrary(const std::string& stateFolder) {
    std::string folder = fmt::format("{}/nix-lib/{}", stateFolder, libraryVersion());
    if (isFolder(folder)) {
        return folder;
    }
    const std::string fresh = fmt::format("{}.{}", folder, getpid());
    if (Result<void> written = writeFiles(fresh); !written) {
        std::ignore = io::removeTree(fresh);
        return fail(std::move(written).error().within("while writing the workflow library"));
    }
    if (std::rename(fresh.c_str(), folder.c_str()) == 0) {
        return folder;
    }
    const int reason = errno;
    std::ignore = io::removeTree(fresh);
    if (isFolder(folder)) {
        return folder;
    }
    return fail(systemError(reason, "make the folder", folder));
}

} // namespace cirque::nix
