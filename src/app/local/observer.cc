// SPDX-License-Identifier: Apache-2.0
#include "app/local/observer.hh"

#include "app/local/program-files.hh"
#include "nix/observe/observe.hh"

#include <charconv>

namespace cirque::app {

Result<int> observe(const std::vector<std::string>& words) {
    int fd = -1;
    constexpr std::size_t least = 2;
    if (words.size() >= least) {
        const std::string& number = words.front();
        std::from_chars(number.data(), number.data() + number.size(), fd);
    }
    if (fd < 0) {
        return fail(ErrorCode::Usage, "this command is for cirque itself", "see cirque --help");
    }
    return nix::runObserved(fd, {words.begin() + 1, words.end()});
}

std::vector<std::string> observerWords() {
    const Result<std::string> self = findSelf();
    return self ? std::vector<std::string>{*self, observeCommand} : std::vector<std::string>();
}

} // namespace cirque::app
