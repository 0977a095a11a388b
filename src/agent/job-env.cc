// SPDX-License-Identifier: Apache-2.0
#include "agent/job-env.hh"

#include "agent/collect.hh"
#include "agent/private-file.hh"
#include "base/text.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

namespace {

// $1: the file, $2: env, the rest: variables to hold unexported. Assigning one under `set -a` exports it
// again, so what env prints of them is what the file itself set. The file's own output goes to standard
// error. When env cannot be started, a variable is too large for the system: that one is named.
constexpr std::string_view readScript = R"(readonly __cirque_file=$1 __cirque_env=$2
shift 2
if (($#)); then export -n -- "$@"; fi
set --
exec 3>&1 4>&2 1>&2
set -ea
. "$__cirque_file"
set +e
shopt -s execfail
exec "$__cirque_env" -0 >&3 3>&- 2>/dev/null || {
  LC_ALL=C
  declare -x | while IFS= read -r __cirque_name; do
    __cirque_name=${__cirque_name#declare -x }
    __cirque_name=${__cirque_name%%=*}
    [[ $__cirque_name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] && __cirque_value=${!__cirque_name} &&
      ((${#__cirque_name} + ${#__cirque_value} > 131070)) &&
      echo "$__cirque_name holds ${#__cirque_value} bytes, more than a variable can" >&4
  done
  exit 126
})";

} // namespace

Result<void> JobEnv::create() {
    return writePrivateFile(folderFd_, "JOB_ENV", {});
}

Result<bool> JobEnv::changed() {
    struct stat status{};
    if (::fstatat(folderFd_, "JOB_ENV", &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
        status.st_size == 0 && seen_.empty()) {
        return false;
    }
    CIRQUE_TRY_ASSIGN(std::optional<std::string> text,
                      readCollected(folderFd_, "JOB_ENV", maxJobEnvBytes, "$JOB_ENV"));
    if (!text) {
        CIRQUE_TRY(writePrivateFile(folderFd_, "JOB_ENV", {}));
        text.emplace();
    }
    if (*text == seen_) {
        return false;
    }
    seen_ = std::move(*text);
    return true;
}

Result<std::vector<std::string>> JobEnv::command(const std::string& bash, const std::string& env,
                                                 const std::vector<std::string>& names) {
    // A last line such as `[ -n "$X" ] && Y=1` may be false without being a failure.
    CIRQUE_TRY(writePrivateFile(folderFd_, "JOB_ENV.read", seen_ + "\n:\n"));
    std::vector<std::string> argv{bash,      "--noprofile", "--norc", "-c", std::string(readScript),
                                  "JOB_ENV", copyPath(),    env};
    std::ranges::copy_if(names, std::back_inserter(argv),
                         [](const std::string& name) { return isEnvName(name); });
    return argv;
}

std::string JobEnv::readable(std::string_view complaint) const {
    const std::string path = copyPath();
    std::string text(trim(complaint));
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
        text.replace(at, path.size(), "JOB_ENV");
    }
    return text;
}

} // namespace cirque::agent
