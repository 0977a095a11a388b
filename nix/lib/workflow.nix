# SPDX-License-Identifier: Apache-2.0
# mkWorkflow: an attribute set that is a package (what `nix run` starts) and holds the raw plan document.
{ document, tool, app }:
workflow:
let
  inherit (builtins) foldl' isString isList split concatStringsSep filter;

  defaults = { env = { }; envFrom = [ ]; jobs = { }; logging = { }; retry = null; timeout = null; };
  extensions = workflow.extensions or [ ];

  # An extension sees every setting it may want to change; what it leaves as it was is not written down.
  extended =
    let
      result = foldl' (state: extension: extension state) (defaults // removeAttrs workflow [ "extensions" ]) extensions;
      untouched = filter (name: !(workflow ? ${name}) && result ? ${name} && result.${name} == defaults.${name})
        (builtins.attrNames defaults);
    in
    removeAttrs result untouched;

  final = if isList extensions && extensions == [ ] then removeAttrs workflow [ "extensions" ] else extended;

  safeName = name: concatStringsSep "-" (filter isString (split "[^a-zA-Z0-9._+=-]+" name));
  name = if isString (final.name or null) then safeName final.name else "workflow";
  built = app { inherit name; workflow = final; };
in
if !(builtins.isAttrs workflow)
then throw "cirque: mkWorkflow takes an attribute set, not ${builtins.typeOf workflow}"
else {
  type = "derivation";
  inherit name;
  inherit (built) system drvPath outPath;
  outputName = "out";
  outputs = [ "out" ];
  meta.mainProgram = name;
  plan = document.ofWorkflow tool final;
}
