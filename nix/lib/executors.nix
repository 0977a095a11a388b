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

  # Shell hooks of an executor written elsewhere cannot be kept as data: the kind says so when it is to run.
  mkExecutor = { name ? "custom", copyRepo ? true, ... }: make "custom" { inherit name copyRepo; };
}
