# SPDX-License-Identifier: Apache-2.0
# Places where jobs run: values that can be used as they are or called with options.
let
  # What the library itself takes from the options; the place gets the rest.
  own = [ "copyRepo" "extraPackages" ];

  # What the options mean is the plan's to say (`local { sandbox = true; }` is `sandbox`, unknown ones are refused).
  make = kind: options:
    {
      _cirqueExecutor = {
        inherit kind;
        options = removeAttrs options own;
      } // builtins.intersectAttrs { copyRepo = null; extraPackages = null; } options;
      __functor = _: more: make kind (options // more);
    };

  hooks = [ "setupWorkspace" "setupJob" "executeJob" "saveArtifact" "restoreArtifact" "cleanupJob" "cleanupWorkspace" ];

  # A misspelt hook would never run.
  hooked = options:
    let
      name = options.name or "custom";
      known = [ "name" "copyRepo" ] ++ hooks;
      unknown = builtins.filter (key: !(builtins.elem key known) && options.${key} != null) (builtins.attrNames options);
    in
    if options ? connect || options ? setup || options ? cleanup
    then throw "cirque: mkExecutor '${name}': a place is described by scripts ('connect') or by hooks ('executeJob'), not by both"
    else if unknown != [ ]
    then throw "cirque: mkExecutor '${name}': there is no hook '${builtins.head unknown}'; there are: ${builtins.concatStringsSep ", " known}"
    else {
      _cirqueExecutor = { kind = "local"; options = { inherit name; }; hooks = options; copyRepo = options.copyRepo or true; };
    };

  kinds = [ "local" "sandbox" "oci" "ssh" "nspawn" "k8s" "nomad" "microvm" "ec2" ];
in
{
  executors = builtins.listToAttrs (map (kind: { name = kind; value = make kind { }; }) kinds);

  # A place that the workflow's own scripts make: by saying how to run a command there (`connect`), or by the hooks of
  # executor-hooks.nix, which run on this machine.
  mkExecutor = options:
    if options ? executeJob then hooked options else make "custom" options;
}
