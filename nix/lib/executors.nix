# SPDX-License-Identifier: Apache-2.0
# Places where jobs run: values that can be used as they are or called with options.
let
  make = kind: options:
    {
      _cirqueExecutor = {
        inherit kind;
        options = removeAttrs options [ "copyRepo" ];
      } // (if options ? copyRepo then { inherit (options) copyRepo; } else { });
      __functor = _: more: make kind (options // more);
    };

  kinds = [ "local" "sandbox" "oci" "ssh" "nspawn" "k8s" "nomad" "microvm" "ec2" ];
in
{
  executors = builtins.listToAttrs (map (kind: { name = kind; value = make kind { }; }) kinds);

  # Shell hooks of an executor written elsewhere cannot be kept as data: the kind says so when it is to run.
  mkExecutor = { name ? "custom", copyRepo ? true, ... }: make "custom" { inherit name copyRepo; };
}
