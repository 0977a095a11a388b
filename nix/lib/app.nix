# SPDX-License-Identifier: Apache-2.0
# A workflow as a package: $out/bin/<name> runs its plan in the folder where it is called. Cirque itself is the builder, so
# that building needs neither a shell nor a package. What the plan refers to is part of the package.
{ system, package, document, tool }:
{ name, workflow }:
let
  inherit (builtins) isAttrs isList mapAttrs toJSON;

  # places in files would make the package depend on where the workflow was read
  withoutPlaces = value:
    if isAttrs value then mapAttrs (_: withoutPlaces) (removeAttrs value [ "@pos" ])
    else if isList value then map withoutPlaces value
    else value;

  built =
    if package == null
    then throw "cirque: '${name}' cannot be built as a package, because this library knows no cirque program (import it with 'package'); 'cirque run' needs none"
    else derivation {
      inherit name system;
      builder = "${package}/bin/cirque";
      args = [ "__app" ];
      program = name;
      plan = toJSON (withoutPlaces (document.ofWorkflow tool workflow));
      passAsFile = [ "plan" ];
    };
in
{
  inherit system;
  inherit (built) drvPath outPath;
}
