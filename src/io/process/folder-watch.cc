// SPDX-License-Identifier: Apache-2.0
#include "io/process/folder-watch.hh"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cirque::io {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t changes = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                                  IN_DONT_FOLLOW;

// asio closes what it owns; the queue stays ours.
Task<> untilReadable(int fd, StopToken stop) {
    asio::posix::stream_descriptor queue(co_await asio::this_coro::executor, fd);
    auto callback = stop.onStop([&queue](StopLevel) {
        boost::system::error_code ignored;
        ignored = queue.cancel(ignored); // fails only when nothing waits
    });
    boost::system::error_code ignored;
    if (!stop.stopRequested()) {
        co_await queue.async_wait(asio::posix::descriptor_base::wait_read,
                                  asio::redirect_error(asio::use_awaitable, ignored));
    }
    (void)queue.release();
}

} // namespace

Result<FolderWatch> FolderWatch::open() {
    FolderWatch made;
    made.queue_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!made.queue_) {
        Error error = systemError(errno, "watch", "folders");
        error.code = ErrorCode::Unsupported;
        error.hint = "raise fs.inotify.max_user_instances (sysctl), or end programs that watch files";
        return fail(std::move(error));
    }
    return made;
}

Result<bool> FolderWatch::watch(const std::set<std::string>& folders) {
    for (auto at = watches_.begin(); at != watches_.end();) {
        if (folders.contains(at->first)) {
            ++at;
            continue;
        }
        (void)::inotify_rm_watch(queue_.get(), at->second); // it may have gone with its folder
        names_.erase(at->second);
        at = watches_.erase(at);
    }
    bool added = false;
    for (const std::string& folder : folders) {
        if (watches_.contains(folder)) {
            continue;
        }
        const int id = ::inotify_add_watch(queue_.get(), folder.c_str(), changes);
        if (id >= 0) {
            added = true;
            watches_[folder] = id;
            names_[id] = folder;
        } else if (errno == ENOSPC || errno == ENOMEM) {
            return fail(ErrorCode::Unsupported,
                        "cannot watch every folder: the system's limit of watches is reached",
                        "raise fs.inotify.max_user_watches (sysctl)");
        }
    }
    return added;
}

bool FolderWatch::drain() {
    alignas(inotify_event) std::array<char, 16384> buffer{};
    bool any = false;
    for (;;) {
        const ssize_t got = ::read(queue_.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return any;
        }
        for (ssize_t at = 0; at < got;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            at += static_cast<ssize_t>(sizeof event + event.len);
            const auto folder = names_.find(event.wd);
            if ((event.mask & IN_IGNORED) != 0) { // the kernel has dropped the watch
                if (folder != names_.end()) {
                    watches_.erase(folder->second);
                    names_.erase(folder);
                }
                continue;
            }
            any = true;
            const bool isNew = (event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
            if (isNew && event.len > 0 && folder != names_.end()) {
                newFolders_.push_back(folder->second + "/" + name);
            }
        }
    }
}

Task<bool> FolderWatch::changed(StopToken stop) {
    while (!stop.stopRequested()) {
        if (drain()) {
            co_return true;
        }
        co_await untilReadable(queue_.get(), stop);
    }
    co_return false;
}

std::vector<std::string> FolderWatch::takeNewFolders() {
    return std::exchange(newFolders_, {});
}

} // namespace cirque::io
