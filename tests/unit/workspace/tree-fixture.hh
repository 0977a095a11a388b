// SPDX-License-Identifier: Apache-2.0
// A temporary folder, random trees, and a listing that shows every difference a copy could make.
#pragma once

#include "base/bytes.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace cirque::testing {

class TreeFixture : public ::testing::Test {
  protected:
    TreeFixture() {
        std::string pattern = ::testing::TempDir() + "cirque-XXXXXX";
        dir = ::mkdtemp(pattern.data());
    }

    ~TreeFixture() override { static_cast<void>(io::removeTree(dir)); }

    [[nodiscard]] std::string at(const std::string& path) const { return dir + "/" + path; }

    void write(const std::string& path, const std::string& bytes, unsigned mode = 0644) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        ASSERT_TRUE(io::writeFileAtomic(at(path), bytes, mode)) << path;
        ASSERT_EQ(::chmod(at(path).c_str(), mode), 0);
    }

    void link(const std::string& target, const std::string& path) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        ASSERT_EQ(::symlink(target.c_str(), at(path).c_str()), 0) << path;
    }

    [[nodiscard]] std::string read(const std::string& path) const {
        const auto text = io::readFile(at(path));
        return text ? *text : "<" + text.error().text() + ">";
    }

    // Runs `script` with bash in `folder` of the fixture and returns what it printed; it must succeed.
    std::string sh(const std::string& folder, const std::string& script) const {
        io::SpawnOptions options;
        options.argv = {"bash", "-euc", script};
        options.cwd = at(folder);
        std::vector<std::string> env;
        for (char** entry = environ; *entry != nullptr; ++entry) {
            if (!std::string_view(*entry).starts_with("GIT_")) {
                env.emplace_back(*entry);
            }
        }
        for (const char* extra :
             {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a",
              "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b"}) {
            env.emplace_back(extra);
        }
        options.env = env;
        std::string out;
        const auto status = await([&] { return io::capture(options); },
                                  [&](auto captured) {
                                      ASSERT_TRUE(captured) << captured.error().text();
                                      EXPECT_TRUE(captured->status.ok()) << script << "\n"
                                                                         << captured->out << captured->err;
                                      out = captured->out + captured->err;
                                  });
        static_cast<void>(status);
        return out;
    }

    // Runs one awaitable to its end on a loop of its own.
    template <class Make, class Then>
    static bool await(Make make, Then then) {
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            auto value = co_await make();
            then(std::move(value));
        });
        return true;
    }

    // One line per path: type, mode, size, time in nanoseconds, content or target. Sorted. `skip`: a name
    // left out.
    [[nodiscard]] std::vector<std::string> listing(const std::string& folder,
                                                   const std::string& skip = ".git") const {
        std::vector<std::string> lines;
        list(at(folder), "", skip, lines);
        std::ranges::sort(lines);
        return lines;
    }

    // A tree of a few folders deep with every kind of name, mode, size and link that a copy could get wrong.
    void makeRandomTree(const std::string& folder, unsigned seed) const {
        std::mt19937 random(seed);
        const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
        std::vector<std::string> folders{folder};
        std::filesystem::create_directories(at(folder));
        constexpr std::array names = {"a",  "b c", ".hidden", "x\ny", "\xff\xfe",
                                      "-n", "ü",   "$(id)",   "'q\"", "z.tar"};
        constexpr std::array<unsigned, 5> modes = {0644, 0755, 0600, 0444, 0777};
        for (unsigned i = 0; i < 40; ++i) {
            const std::string path = folders[below(static_cast<unsigned>(folders.size()))] + "/" +
                                     names[below(names.size())] + std::to_string(i);
            switch (below(5)) {
            case 0:
                std::filesystem::create_directories(at(path));
                folders.push_back(path);
                break;
            case 1:
                link(i % 2 == 0 ? "../nowhere" : "/etc/passwd", path);
                break;
            default: {
                constexpr std::array<unsigned, 5> sizes = {0, 1, 4096, 70'000, 300'000};
                std::string bytes(sizes[below(i % 8 == 0 ? 5 : 3)], '\0');
                for (char& c : bytes) {
                    c = static_cast<char>(random());
                }
                write(path, bytes, modes[below(modes.size())]);
            }
            }
            setTime(path, 1'000'000'000 + below(500'000'000), below(1'000'000'000));
        }
        for (std::size_t i = folders.size(); i-- > 1;) {
            ASSERT_EQ(::chmod(at(folders[i]).c_str(), i % 2 == 0 ? 0755 : 0700), 0);
            setTime(folders[i], 1'200'000'000 + below(1000), below(1'000'000'000));
        }
    }

    void setTime(const std::string& path, long seconds, long nanos) const {
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{seconds, nanos}};
        ASSERT_EQ(::utimensat(AT_FDCWD, at(path).c_str(), times.data(), AT_SYMLINK_NOFOLLOW), 0) << path;
    }

    std::string dir;

  private:
    static void list(const std::string& base, const std::string& path, const std::string& skip,
                     std::vector<std::string>& lines) {
        for (const auto& entry : std::filesystem::directory_iterator(base + "/" + path)) {
            const std::string name = entry.path().filename();
            if (name == skip) {
                continue;
            }
            const std::string relative = path.empty() ? name : path + "/" + name;
            const std::string full = base + "/" + relative;
            struct stat st{};
            ASSERT_EQ(::lstat(full.c_str(), &st), 0);
            std::string content;
            if (S_ISLNK(st.st_mode)) {
                content = std::filesystem::read_symlink(full);
            } else if (S_ISREG(st.st_mode)) {
                content = sha256Hex(io::readFile(full).value_or("unreadable"));
            }
            lines.push_back(fmt::format("{} {:o} {} {}.{:09} {}", relative, st.st_mode,
                                        S_ISDIR(st.st_mode) ? 0 : st.st_size, st.st_mtim.tv_sec,
                                        st.st_mtim.tv_nsec, content));
            if (S_ISDIR(st.st_mode)) {
                list(base, relative, skip, lines);
            }
        }
    }
};

} // namespace cirque::testing
