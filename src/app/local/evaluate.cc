// SPDX-License-Identifier: Apache-2.0
#include "app/local/evaluate.hh"

#include "app/local/eval-cache.hh"
#include "app/local/observer.hh"
#include "app/local/tree-hash.hh"
#include "frontend/workflow/document.hh"
#include "io/process/fd.hh"
#include "nix/store/roots.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::app {
namespace {

std::string variable(const nix::Variables& variables, std::string_view name, std::string otherwise) {
    for (const auto& [key, value] : variables) {
        if (key == name && !value.empty()) {
            return value;
        }
    }
    return otherwise;
}

// Where Nix keeps what, as far as it matters for what an evaluation read.
FactSources sourcesOf(const frontend::PreparedWorkflow& prepared, const KeepOptions& options) {
    const nix::Variables& variables = prepared.request.environment;
    const std::string state = variable(variables, "NIX_STATE_DIR", "/nix/var/nix");
    FactSources sources;
    sources.root = options.tree.root;
    sources.files = options.fingerprint->files;
    sources.constant = {variable(variables, "NIX_STORE_DIR", "/nix/store"), prepared.asked.library};
    // not its profiles, which choose channels
    for (const char* name :
         {"db", "temproots", "gcroots", "gc.lock", "daemon-socket", "userpool", "userpool2"}) {
        sources.own.push_back(fmt::format("{}/{}", state, name));
    }
    const std::string home = variable(variables, "HOME", "/");
    sources.downloads = {variable(variables, "XDG_CACHE_HOME", home + "/.cache") + "/nix"};
    return sources;
}

// An empty download cache, and proxies that refuse every connection: port 9 discards, and nobody runs it.
nix::Variables withoutNetwork(nix::Variables variables, const std::string& cache) {
    std::vector<std::pair<std::string, std::string>> changes{{"XDG_CACHE_HOME", cache}};
    for (const char* name : {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "HTTP_PROXY",
                             "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY"}) {
        changes.emplace_back(name, "http://127.0.0.1:9");
    }
    changes.emplace_back("no_proxy", "");
    changes.emplace_back("NO_PROXY", "");
    for (auto& [name, value] : changes) {
        std::erase_if(variables, [&](const auto& known) { return known.first == name; });
        variables.emplace_back(std::move(name), std::move(value));
    }
    return variables;
}

// One workflow on its way to a plan.
class Evaluation {
  public:
    Evaluation(frontend::PreparedWorkflow prepared, KeepOptions options)
        : prepared_(std::move(prepared)), options_(std::move(options)), cache_(options_.stateDir) {}

    io::Task<Result<Evaluated>> run(io::StopToken stop) {
        if (!options_.fingerprint) {
            co_return co_await evaluate(std::move(stop));
        }
        std::vector<std::string> parts{CIRQUE_VERSION, options_.tree.root, options_.fingerprint->hash,
                                       frontend::describe(prepared_)};
        parts.insert(parts.end(), options_.words.begin(), options_.words.end());
        key_ = evalKey(parts);
        if (auto found = recall()) {
            co_return std::move(*found);
        }
        prepared_.asked.observer = observerWords();
        co_return co_await evaluate(std::move(stop));
    }

  private:
    std::optional<Evaluated> recall() {
        std::optional<EvalEntry> entry = cache_.find(key_);
        if (!entry) {
            return std::nullopt;
        }
        const Result<Json> document = parseJson(entry->document, "a kept evaluation");
        Result<plan::Plan> plan =
            document ? frontend::readWorkflow(prepared_, *document) : fail(document.error());
        if (!plan) {
            return std::nullopt; // it was good when it was kept: evaluate, and say what is wrong
        }
        if (prepared_.request.notes && !entry->notes.empty()) {
            prepared_.request.notes(entry->notes);
        }
        return Evaluated{
            .plan = std::move(*plan), .cached = true, .notKept = {}, .rootsFolder = cache_.rootsFolder(key_)};
    }

    io::Task<Result<Evaluated>> evaluate(io::StopToken stop) {
        const std::int64_t began = workspace::fileClock();
        Result<frontend::EvaluatedWorkflow> evaluated = co_await frontend::evaluateWorkflow(prepared_, stop);
        if (!evaluated) {
            co_return fail(std::move(evaluated).error());
        }
        Evaluated out;
        CIRQUE_CO_TRY_ASSIGN(out.plan, frontend::readWorkflow(prepared_, evaluated->document));
        if (!options_.fingerprint) {
            out.notKept = "the tree has no fingerprint";
            co_return out;
        }
        const Result<void> kept = co_await keep(std::move(*evaluated), began, std::move(stop));
        if (kept) {
            out.rootsFolder = cache_.rootsFolder(key_);
        } else {
            out.notKept = kept.error().message;
        }
        co_return out;
    }

    // Newer Nix opens its download cache for every locked input, needed or not. So it evaluates once more
    // with an empty one and no way to the network: the same document then owes nothing to downloads. What was
    // observed is now of that evaluation.
    io::Task<Result<FactSources>> proveWithoutDownloads(frontend::EvaluatedWorkflow* evaluated,
                                                        io::StopToken stop) {
        const std::string empty = fmt::format("{}/eval/empty-{}", options_.stateDir, ::getpid());
        CIRQUE_CO_TRY(io::makeFolders(empty, 0700));
        frontend::PreparedWorkflow again = prepared_;
        again.request.notes = {};
        again.request.environment = withoutNetwork(prepared_.request.environment, empty);
        FactSources sources = sourcesOf(prepared_, options_);
        sources.began = workspace::fileClock();
        sources.own.push_back(empty);
        Result<frontend::EvaluatedWorkflow> proof =
            co_await frontend::evaluateWorkflow(std::move(again), std::move(stop));
        CIRQUE_CO_TRY(io::removeTree(empty));
        if (!proof || proof->document != evaluated->document) {
            co_return fail(ErrorCode::Unsupported, "it needs what Nix downloads and keeps only for a time");
        }
        evaluated->observed = std::move(proof->observed);
        co_return sources;
    }

    io::Task<Result<void>> keep(frontend::EvaluatedWorkflow evaluated, std::int64_t began,
                                io::StopToken stop) {
        FactSources sources = sourcesOf(prepared_, options_);
        sources.began = began;
        if (prepared_.asked.flakes && usesDownloads(evaluated.observed, sources)) {
            CIRQUE_CO_TRY_ASSIGN(sources, co_await proveWithoutDownloads(&evaluated, stop));
        }
        EvalEntry entry;
        CIRQUE_CO_TRY_ASSIGN(entry.facts, factsOf(evaluated.observed, sources));
        // what was edited while Nix was reading belongs to no fingerprint
        CIRQUE_CO_TRY_ASSIGN(const workspace::Fingerprint after,
                             co_await fingerprintOf(options_.tree, options_.stateDir, stop));
        if (after.hash != options_.fingerprint->hash || after.stamp != options_.fingerprint->stamp) {
            co_return fail(ErrorCode::Unsupported, "the tree was changed meanwhile");
        }
        entry.paths = frontend::storePaths(evaluated.document);
        CIRQUE_CO_TRY(co_await nix::addRoots(prepared_.request.environment, cache_.rootsFolder(key_),
                                             entry.paths, std::move(stop)));
        entry.document = toLine(evaluated.document);
        entry.notes = std::move(evaluated.notes);
        co_return cache_.keep(key_, entry);
    }

    frontend::PreparedWorkflow prepared_;
    KeepOptions options_;
    EvalCache cache_;
    std::string key_;
};

} // namespace

io::Task<Result<Evaluated>> evaluate(frontend::WorkflowRequest request, KeepOptions options,
                                     io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(frontend::PreparedWorkflow prepared, frontend::prepareWorkflow(std::move(request)));
    Evaluation evaluation(std::move(prepared), std::move(options));
    Result<Evaluated> done = co_await evaluation.run(std::move(stop));
    co_return done;
}

} // namespace cirque::app
