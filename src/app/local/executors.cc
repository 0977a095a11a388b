// SPDX-License-Identifier: Apache-2.0
#include "app/local/executors.hh"

#include "exec/custom/custom-executor.hh"
#include "exec/nspawn/nspawn-executor.hh"
#include "exec/oci/oci-executor.hh"
#include "exec/sandbox/sandbox-executor.hh"
#include "exec/ssh/ssh-executor.hh"

#include <array>

namespace cirque::app {
namespace {

template <class Kind>
std::unique_ptr<exec::Executor> make(exec::AgentWorld world) {
    return std::make_unique<Kind>(std::move(world));
}

constexpr std::array<ExecutorRow, 6> rows{{
    {"local", nullptr},
    {"sandbox", &make<exec::SandboxExecutor>, "{}"},
    {"oci", &make<exec::OciExecutor>, "{}"},
    {"ssh", &make<exec::SshExecutor>},
    {"custom", &make<exec::CustomExecutor>},
    {"nspawn", &make<exec::NspawnExecutor>, "{}"},
}};

constexpr auto kinds = [] {
    std::array<std::string_view, rows.size()> out{};
    for (std::size_t at = 0; at < rows.size(); ++at) {
        out[at] = rows[at].kind;
    }
    return out;
}();

} // namespace

std::span<const ExecutorRow> executorRows() {
    return rows;
}

std::span<const std::string_view> executorKinds() {
    return kinds;
}

} // namespace cirque::app
