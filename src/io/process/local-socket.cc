// SPDX-License-Identifier: Apache-2.0
#include "io/process/local-socket.hh"

#include "io/runtime/runtime.hh"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

namespace cirque::io {

namespace asio = boost::asio;

namespace {

constexpr int backlog = 16;
constexpr std::size_t mostAtOnce = 16; // conversations; whoever comes then waits in the backlog
constexpr std::chrono::seconds patienceWithClient{5};
constexpr std::size_t pieceBytes = 4096;

struct Place {
    UniqueFd folder;
    std::string name;
};

Result<Place> openPlace(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    Place place;
    place.name = path.substr(slash + 1);
    place.folder.reset(::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!place.folder) {
        return fail(systemError(errno, "open the folder of", path));
    }
    return place;
}

sockaddr_un addressOf(const Place& place) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = fmt::format("/proc/self/fd/{}/{}", place.folder.get(), place.name);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

bool isSameUser(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

using Descriptor = asio::posix::stream_descriptor;

// One client: its line, the answer, and no more time than that takes. Members, so that the coroutines hold no
// references of their own.
class Conversation {
  public:
    Conversation(const asio::any_io_executor& executor, UniqueFd fd, StopToken stop)
        : client_(executor, fd.release()), deadline_(executor, patienceWithClient), stop_(std::move(stop)) {}

    Task<> run(LocalServer::Answer answer) {
        auto callback = stop_.onStop([this](StopLevel) { hangUp(); });
        TaskGroup group;
        co_await group.start();
        group.spawn(watch());
        const std::optional<std::string> line = co_await readLine();
        if (line) {
            co_await writeLine(answer(*line));
        }
        done_ = true; // cancel alone would miss a watch that has not begun to wait
        deadline_.cancel();
        co_await group.join();
    }

  private:
    void hangUp() {
        hungUp_ = true;
        boost::system::error_code ignored;
        ignored = client_.cancel(ignored); // fails only when nothing waits
    }

    Task<> watch() {
        if (done_) {
            co_return;
        }
        boost::system::error_code error;
        co_await deadline_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            hangUp();
        }
    }

    // False: no more of this client.
    Task<bool> ready(Descriptor::wait_type what) {
        boost::system::error_code error;
        if (!hungUp_) {
            co_await client_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
        }
        co_return !error && !hungUp_;
    }

    // The first line that comes, without its newline; nothing when the client is not worth an answer.
    Task<std::optional<std::string>> readLine() {
        std::string line;
        std::array<char, pieceBytes> piece{};
        while (line.size() < longestSocketLine) {
            const ssize_t got = ::read(client_.native_handle(), piece.data(), piece.size());
            if (got > 0) {
                line.append(piece.data(), static_cast<std::size_t>(got));
                if (const std::size_t end = line.find('\n'); end != std::string::npos) {
                    line.resize(end);
                    co_return line;
                }
                continue;
            }
            if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                break;
            }
            const bool more = co_await ready(Descriptor::wait_read);
            if (!more) {
                break;
            }
        }
        co_return std::nullopt;
    }

    Task<> writeLine(std::string line) {
        line += '\n';
        std::string_view rest = line;
        while (!rest.empty()) {
            // MSG_NOSIGNAL: a client that went away must not end the run
            const ssize_t sent = ::send(client_.native_handle(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent > 0) {
                rest.remove_prefix(static_cast<std::size_t>(sent));
                continue;
            }
            if (errno != EAGAIN && errno != EINTR) {
                co_return;
            }
            const bool more = co_await ready(Descriptor::wait_write);
            if (!more) {
                co_return;
            }
        }
    }

    Descriptor client_;
    asio::steady_timer deadline_;
    StopToken stop_;
    bool hungUp_ = false;
    bool done_ = false;
};

Task<> converse(UniqueFd fd, LocalServer::Answer answer, StopToken stop) {
    Conversation conversation(co_await asio::this_coro::executor, std::move(fd), std::move(stop));
    co_await conversation.run(std::move(answer));
}

Task<> untilReadable(Descriptor* listener) {
    boost::system::error_code ignored;
    co_await listener->async_wait(Descriptor::wait_read, asio::redirect_error(asio::use_awaitable, ignored));
}

} // namespace

Result<LocalServer> LocalServer::listen(const std::string& path) {
    CIRQUE_TRY_ASSIGN(Place place, openPlace(path));
    LocalServer server;
    const sockaddr_un address = addressOf(place);
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // the mode of the descriptor is that of the file that bind makes: it is never open to others
    if (!socket || ::fchmod(socket.get(), 0600) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(systemError(errno, "make the socket", path));
    }
    server.folder_ = std::move(place.folder);
    server.name_ = std::move(place.name);
    server.socket_ = std::move(socket);
    if (::listen(server.socket_.get(), backlog) != 0) {
        return fail(systemError(errno, "listen on", path));
    }
    return server;
}

LocalServer::~LocalServer() {
    if (folder_) {
        (void)::unlinkat(folder_.get(), name_.c_str(), 0); // whoever finds it dead removes it
    }
}

Task<> LocalServer::serve(Answer answer, StopToken stop) {
    Descriptor listener(co_await asio::this_coro::executor, socket_.release());
    auto callback = stop.onStop([&listener](StopLevel) {
        boost::system::error_code ignored;
        ignored = listener.cancel(ignored);
    });
    TaskGroup clients;
    co_await clients.start();
    constexpr Millis moment{50};
    while (!stop.stopRequested()) {
        UniqueFd client(::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        const bool came = static_cast<bool>(client);
        const int why = errno;
        if (came && isSameUser(client.get())) {
            clients.spawn(converse(std::move(client), answer, stop));
        }
        if (came && clients.running() < mostAtOnce) {
            continue;
        }
        if (came || (why != EAGAIN && why != EINTR && why != ECONNABORTED)) {
            co_await sleepFor(moment, stop); // too many at once, or no descriptor left: not in a busy loop
        } else {
            co_await untilReadable(&listener);
        }
    }
    co_await clients.join();
}

Result<std::string> askLocal(const std::string& path, std::string_view line, Millis patience) {
    CIRQUE_TRY_ASSIGN(const Place place, openPlace(path));
    const sockaddr_un address = addressOf(place);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    timeval limit{patience.count() / 1000, (patience.count() % 1000) * 1000};
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) {
        return fail(systemError(errno, "make", "a socket"));
    }
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        Error error = systemError(errno, "connect to", path);
        error.code = error.code == ErrorCode::NotFound ? ErrorCode::NotFound : ErrorCode::Unreachable;
        return fail(std::move(error));
    }
    if (!isSameUser(socket.get())) {
        return fail(ErrorCode::Unreachable, fmt::format("{} is the socket of another user", path));
    }
    const std::string question = std::string(line) + '\n';
    if (::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(question.size())) {
        return fail(ErrorCode::Unreachable, fmt::format("{} does not take what it is told", path));
    }
    std::string answer;
    std::array<char, pieceBytes> piece{};
    while (answer.size() < longestSocketLine) {
        const ssize_t got = ::read(socket.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        answer.append(piece.data(), static_cast<std::size_t>(got));
        if (const std::size_t end = answer.find('\n'); end != std::string::npos) {
            answer.resize(end);
            return answer;
        }
    }
    return fail(ErrorCode::Unreachable, fmt::format("no answer came from {}", path));
}

} // namespace cirque::io
