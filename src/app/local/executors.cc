// SPDX-License-Identifier: Apache-2.0
#include "app/local/executors.hh"

#include "exec/custom/custom-executor.hh"
#include "exec/nspawn/nspawn-executor.hh"
#include "exec/nspawn/options.hh"
#include "exec/oci/oci-executor.hh"
#include "exec/oci/options.hh"
#include "exec/remote/services-here.hh"
#include "exec/sandbox/options.hh"
#include "exec/sandbox/sandbox-executor.hh"
#include "exec/ssh/options.hh"
#include "exec/ssh/ssh-executor.hh"

#include <array>

namespace cirque::app {
namespace {

template <class Kind>
std::unique_ptr<exec::Executor> make(exec::AgentWorld world) {
    return std::make_unique<Kind>(std::move(world));
}

Result<void> checkSandbox(const plan::Job& job, const std::string& tree) {
    CIRQUE_TRY_ASSIGN(const exec::SandboxOptions options,
                      exec::parseSandboxOptions(job.executor.options, tree));
    return options.network
               ? Result<void>()
               : exec::refuseImages(job, "a sandbox without a network", "give the sandbox 'network = true'");
}

Result<void> checkSsh(const plan::Job& job, const std::string& /*tree*/) {
    CIRQUE_TRY(exec::parseSshOptions(job.executor.options));
    return {};
}

Result<void> checkNspawn(const plan::Job& job, const std::string& tree) {
    CIRQUE_TRY_ASSIGN(const exec::NspawnOptions options, exec::nspawnOptions(job, tree));
    return options.network
               ? Result<void>()
               : exec::refuseImages(job, "a machine without a network", "give the machine 'network = true'");
}

constexpr std::array<ExecutorRow, 6> rows{{
    {"local", nullptr},
    {"sandbox", &make<exec::SandboxExecutor>, &checkSandbox, "{}"},
    {"oci", &make<exec::OciExecutor>, &exec::checkOciOptions, "{}", true, false, &exec::ociReach},
    {"ssh", &make<exec::SshExecutor>, &checkSsh, {}, false, true},
    {"custom", &make<exec::CustomExecutor>, nullptr, {}, true, true},
    {"nspawn", &make<exec::NspawnExecutor>, &checkNspawn, "{}", true},
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
