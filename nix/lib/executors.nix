# SPDX-License-Identifier: Apache-2.0
# Places where jobs run: values that can be used as they are or called with options.
let
  # What the library itself takes from the options; the place gets the rest.
  own = [ "copyRepo" "extraPackages" ];

  # `local { sandbox = true; }` is another way to write `sandbox`.
  settled = kind: options:
    if kind == "local" && options.sandbox or null == true
    then { kind = "sandbox"; options = removeAttrs options [ "sandbox" ]; }
    else { inherit kind; options = if options.sandbox or null == false then removeAttrs options [ "sandbox" ] else options; };

  make = kind: options:
    let place = settled kind options; in
    {
      _cirqueExecutor = {
        inherit (place) kind;
        options = removeAttrs place.options own;
      } // builtins.intersectAttrs { copyRepo = null; extraPackages = null; } place.options;
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
