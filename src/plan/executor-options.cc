// SPDX-License-Identifier: Apache-2.0
#include "plan/executor-options.hh"

#include "plan/schema-rows.hh"

namespace cirque::plan {
namespace {

using enum Type;
using namespace rows;

Field mounts(View name) {
    return objects(name, "mount", "folders of this machine that are seen there");
}

ObjectKind localOptions() {
    return {.name = "local options",
            .doc = "This machine, as this user.",
            .fields = {orElse("false", key("sandbox", Bool,
                                           "`true`: the place is `sandbox`, whose options the others are")),
                       key("name", Name, "for people")}};
}

ObjectKind sandboxOptions() {
    return {.name = "sandbox options",
            .doc = "This machine, in namespaces of the job's own: nothing but its folder can be written.",
            .fields = {
                orElse("false", key("network", Bool, "whether it reaches this machine's network")),
                orElse("false",
                       key("nixDaemon", Bool,
                           "whether it reaches the Nix daemon's socket; refused to whom the daemon trusts")),
                mounts("mounts"),
                key("name", Name, "for people"),
            }};
}

ObjectKind ociOptions() {
    return {
        .name = "oci options",
        .doc = "A container, by podman or docker.",
        .fields = {
            key("image", FilePath,
                "an image's name; without one and without `dockerfile` it is made of the job's "
                "own closure"),
            key("dockerfile", RelativePath, "builds the image; below the tree, whose root is the context"),
            orElse("isolated", words("mode", {"shared", "isolated"},
                                     "one container for all jobs with these options, or one for each")),
            mounts("extraMounts"),
            map("containerEnv", EnvName, Scalar, "variables of the container, below all others"),
            key("user", Scalar, "whom the steps run as: a name or number, `user:group`"),
            key("network", Name, "as the engine says it: `none`, `host`, `bridge`, a network's name"),
            key("memory", Scalar, "the most it may use: `512m`, `2g`"),
            key("cpus", Scalar, "how many processors' time: `1.5`"),
            orElse("missing", words("pull", {"missing", "always", "never"}, "when the image is fetched")),
            key("name", Name, "for people"),
        }};
}

ObjectKind sshOptions() {
    return {.name = "ssh options",
            .doc = "Another host, which needs an ssh server and a POSIX shell.",
            .oneOf = {"host", "hosts"},
            .fields = {
                key("host", FilePath, "its name, as ssh takes it"),
                list("hosts", FilePath, "several: a job runs on the one with the fewest jobs"),
                key("user", FilePath, "whom to log in as"),
                key("port", Count, "of the ssh server"),
                key("identityFile", FilePath, "the private key to use"),
                orElse("~/.cache/cirque",
                       key("workspaceDir", FilePath, "where jobs' folders are made over there")),
                map("options", Name, Scalar, "options of ssh_config(5)"),
                key("name", Name, "for people"),
            }};
}

ObjectKind nspawnOptions() {
    return {.name = "nspawn options",
            .doc = "A machine of systemd-nspawn on this one, thrown away with the job. Needs root.",
            .oneOf = {"rootfs", "system"},
            .fields = {
                key("rootfs", FilePath, "a folder with a root file system; only read"),
                key("system", StorePath, "a NixOS system"),
                orElse("false", key("boot", Bool, "whether its init runs; that of a `system` always does")),
                orElse("false", key("network", Bool, "whether it reaches this machine's network")),
                mounts("extraMounts"),
                key("name", Name, "for people"),
            }};
}

ObjectKind customOptions() {
    return {
        .name = "custom options",
        .doc = "A place that scripts of the workflow make, which bash runs on this machine.",
        .fields = {
            orElse("custom", key("name", Name, "for people")),
            key("setup", Text, "makes the place, before a job's first step"),
            required(key("connect", Text,
                         "runs the command it is given, `\"$@\"`, at the place, with its own standard "
                         "input and output")),
            key("cleanup", Text, "removes the place, whatever state it is in; also after a failed `setup`"),
            orElse("their folder here",
                   key("programs", FilePath,
                       "the folder at the place that holds cirque-agent and cirque-leader")),
            orElse("their folder here",
                   key("jobs", FilePath,
                       "the folder at the place below which the job's folder is; ends in `/jobs`")),
            key("tools", FilePath, "a folder at the place where programs may be made"),
            key("private", FilePath, "a folder at the place, on a tmpfs, for what may hold secrets"),
        }};
}

ObjectKind mountKind() {
    return {.name = "mount",
            .doc = "A folder of this machine that is seen at a place.",
            .shortForm = FilePath,
            .shortDoc = "the same path there, only read",
            .fields = {
                required(key("source", FilePath,
                             "the folder or file on this machine; absolute, or below the tree")),
                key("target", FilePath, "its absolute path there; the same when not given"),
                orElse("false", key("write", Bool, "whether it can be written")),
            }};
}

} // namespace

std::vector<ObjectKind> executorOptionKinds() {
    return {localOptions(),  sandboxOptions(), ociOptions(), sshOptions(),
            nspawnOptions(), customOptions(),  mountKind()};
}

void settlePlace(std::string& kind, JsonObject& options) {
    const Json* sandbox = kind == "local" ? options.if_contains("sandbox") : nullptr;
    if (sandbox == nullptr || !sandbox->is_bool()) {
        return;
    }
    kind = sandbox->get_bool() ? "sandbox" : "local";
    options.erase("sandbox");
}

} // namespace cirque::plan
