// SPDX-License-Identifier: Apache-2.0
#include "workspace/stat-cache.hh"

#include "io/process/fd.hh"
#include "workspace/packed.hh"

#include <algorithm>
#include <ctime>
#include <utility>

namespace cirque::workspace {
namespace {

constexpr std::string_view magic = "cirque stat cache 1\n";
constexpr std::size_t largest = 1U << 30U;

// magic, check (64 bits, of all that follows), Header, then for each file: FileFacts, FileSum, the path.
struct Header {
    std::uint64_t count = 0;
    FileSum fingerprint{};
};

bool takeFile(std::string_view& in, KnownFile& file) {
    return unpack(in, file.facts) && unpack(in, file.sum) && unpackText(in, file.path);
}

std::int64_t nanos(const timespec& time) {
    constexpr std::int64_t second = 1'000'000'000;
    return time.tv_sec * second + time.tv_nsec;
}

} // namespace

std::int64_t fileClock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return nanos(now);
}

bool isSettled(std::int64_t changed, std::int64_t now) {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t coarse = 2 * second; // FAT
    constexpr std::int64_t tick = second / 50;  // twice the longest of Linux
    return changed < now - (changed % second == 0 ? coarse : tick);
}

FileFacts FileFacts::of(const struct stat& st) {
    return {.inode = st.st_ino,
            .size = st.st_size,
            .modified = nanos(st.st_mtim),
            .changed = nanos(st.st_ctim),
            .mode = st.st_mode};
}

std::string_view folderOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view nameOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool standsBefore(std::string_view path, std::string_view other) {
    const int folders = folderOf(path).compare(folderOf(other));
    return folders != 0 ? folders < 0 : nameOf(path) < nameOf(other);
}

StatCache StatCache::load(const std::string& file) {
    const Result<std::string> text = io::readFile(file, largest);
    if (!text || !text->starts_with(magic)) {
        return {};
    }
    StatCache cache;
    cache.bytes_.assign(text->begin(), text->end());
    std::string_view rest(cache.bytes_.data(), cache.bytes_.size());
    rest.remove_prefix(magic.size());
    std::uint64_t check = 0;
    Header header;
    if (!unpack(rest, check) || checkSum(rest) != check || !unpack(rest, header) ||
        header.count > rest.size()) {
        return {};
    }
    cache.files_.resize(header.count);
    for (KnownFile& known : cache.files_) {
        if (!takeFile(rest, known)) {
            return {};
        }
    }
    if (!rest.empty() || !std::ranges::is_sorted(cache.files_, standsBefore, &KnownFile::path)) {
        return {};
    }
    cache.fingerprint_ = header.fingerprint;
    return cache;
}

Result<void> saveStatCache(const std::string& file, const std::vector<KnownFile>& files,
                           const FileSum& fingerprint) {
    std::string body;
    constexpr std::size_t perFile = 160;
    body.reserve(files.size() * perFile);
    pack(body, Header{.count = files.size(), .fingerprint = fingerprint});
    for (const KnownFile& known : files) {
        pack(body, known.facts);
        pack(body, known.sum);
        packText(body, known.path);
    }
    std::string text(magic);
    pack(text, checkSum(body));
    text += body;
    constexpr unsigned privately = 0600;
    return io::writeFileAtomic(file, text, privately);
}

} // namespace cirque::workspace
