// SPDX-License-Identifier: Apache-2.0
#include "workspace/stat-cache.hh"

#include "io/process/fd.hh"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cirque::workspace {
namespace {

constexpr std::string_view magic = "cirque stat cache 1\n";
constexpr std::size_t largest = 1U << 30U;

// magic, check (64 bits, of all that follows), Header, then for each file: FileFacts, FileSum, length of the
// path (32 bits), the path.
struct Header {
    std::uint64_t count = 0;
    FileSum fingerprint{};
};

template <class T>
void put(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value); // NOLINT: bytes of a plain struct
}

template <class T>
bool take(std::string_view& in, T& value) {
    if (in.size() < sizeof value) {
        return false;
    }
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
    return true;
}

bool takeFile(std::string_view& in, KnownFile& file) {
    std::uint32_t length = 0;
    if (!take(in, file.facts) || !take(in, file.sum) || !take(in, length) || in.size() < length) {
        return false;
    }
    file.path = in.substr(0, length);
    in.remove_prefix(length);
    return true;
}

std::int64_t nanos(const timespec& time) {
    constexpr std::int64_t second = 1'000'000'000;
    return time.tv_sec * second + time.tv_nsec;
}

} // namespace

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

std::uint64_t checkSum(std::string_view bytes) {
    constexpr std::uint64_t prime = 0x100000001b3U;
    std::uint64_t sum = 0xcbf29ce484222325U ^ bytes.size();
    for (; bytes.size() >= sizeof sum; bytes.remove_prefix(sizeof sum)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = (sum ^ word) * prime;
        sum ^= sum >> 29U;
    }
    for (const char c : bytes) {
        sum = (sum ^ static_cast<unsigned char>(c)) * prime;
    }
    return sum;
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
    if (!take(rest, check) || checkSum(rest) != check || !take(rest, header) || header.count > rest.size()) {
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
    put(body, Header{.count = files.size(), .fingerprint = fingerprint});
    for (const KnownFile& known : files) {
        put(body, known.facts);
        put(body, known.sum);
        put(body, static_cast<std::uint32_t>(known.path.size()));
        body += known.path;
    }
    std::string text(magic);
    put(text, checkSum(body));
    text += body;
    constexpr unsigned privately = 0600;
    return io::writeFileAtomic(file, text, privately);
}

} // namespace cirque::workspace
