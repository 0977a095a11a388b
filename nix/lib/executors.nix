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

  kinds = [ "local" "sandbox" "oci" "ssh" "nspawn" "k8s" "nomad" "microvm" "ec2" ];
in
{
  executors = builtins.listToAttrs (map (kind: { name = kind; value = make kind { }; }) kinds);

  # A place that the workflow's own scripts make: by saying how to run a command there (`connect`), or by the hooks of
  # executor-hooks.nix, which run on this machine.
  mkExecutor = options:
    if !(options ? executeJob) then make "custom" options
    else {
      _cirqueExecutor = { kind = "local"; options = { name = options.name or "custom"; }; hooks = options; copyRepo = options.copyRepo or true; };
    };
}
