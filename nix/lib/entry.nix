# SPDX-License-Identifier: Apache-2.0
# What Cirque evaluates: calls the workflow file with what it asks for, picks one workflow and returns its document.
# `request` is JSON: file, name (or null), root, system, params, locks (or none), pkgs = { kind = "host" | "flake" | "file"; file;
# explicit; }. What is wrong with the file's shape comes back as { error = { message, hint }; }.
{ request }:
let
  inherit (builtins) attrNames concatStringsSep filter fromJSON functionArgs intersectAttrs isAttrs isFunction length match toXML typeOf;

  asked = fromJSON request;
  inherit (asked) file name root system;

  inputs = import ./flake-inputs.nix root (asked.locks or null);

  # A function is called with the system when it can take it.
  fromFile = path:
    let value = import path; takes = functionArgs value; in
    if !(isFunction value) then value
    else if takes == { } then value { inherit system; }
    else value (intersectAttrs takes { inherit system; });

  # a flake may do without nixpkgs
  pkgsKind = if asked.pkgs.kind == "flake" && !(inputs ? nixpkgs) then "host" else asked.pkgs.kind;

  chosenPkgs = {
    flake = inputs.nixpkgs.legacyPackages.${system} or (throw
      "cirque: the locked nixpkgs of ${root}/flake.lock has no packages for ${system}");
    file = fromFile asked.pkgs.file;
  }.${pkgsKind};

  cirque = import ./. ({ inherit system root; } // (if pkgsKind == "host" then { } else { pkgs = chosenPkgs; }));

  offered = {
    inherit cirque system inputs;
    inherit (asked) params;
    inherit (cirque) pkgs lib;
    nixactions = cirque;
    info = import ./git-info.nix root;
  };

  value = import file;
  takes = functionArgs value;
  isPlain = match ".*<varpat .*" (toXML value) != null;
  isOpen = match ".*<attrspat [^>]*ellipsis=\"1\".*" (toXML value) != null;

  hasDefault = key: takes.${key} or false;
  isForced = key: key == "pkgs" && asked.pkgs.explicit;
  unknown = filter (key: !(hasDefault key) && !(offered ? ${key})) (attrNames takes);

  wanted = if isPlain || isOpen then offered else intersectAttrs takes offered;
  arguments = removeAttrs wanted (filter (key: hasDefault key && !(isForced key)) (attrNames wanted));

  result = if isFunction value then value arguments else value;

  isWorkflow = candidate: isAttrs candidate && candidate ? plan && candidate.type or null == "derivation";

  error = message: hint: { error = { inherit message hint; }; };
  list = names: concatStringsSep ", " (map (entry: "'${entry}'") names);
  found = attrNames result;

  pick =
    if !(isAttrs result) then
      error "${file} gives ${typeOf result} instead of a workflow" "return the value of cirque.mkWorkflow { ... }"
    else if isWorkflow result then
      if name == null || name == result.name then { inherit (result) plan; }
      else error "${file} holds one workflow, '${result.name}', not '${name}'" "leave out '#${name}'"
    else if name != null then
      if !(result ? ${name}) then error "${file} has no workflow '${name}'" "it has ${list found}"
      else if isWorkflow result.${name} then { inherit (result.${name}) plan; }
      else error "'${name}' of ${file} is not a workflow" "make it one with cirque.mkWorkflow { ... }"
    else if result ? jobs then
      error "${file} gives an attribute set with jobs that is not a workflow" "wrap it: cirque.mkWorkflow { name = ...; jobs = ...; }"
    else if length found == 1 && isWorkflow result.${builtins.head found} then { inherit (result.${builtins.head found}) plan; }
    else if found == [ ] then error "${file} gives an empty attribute set" "return the value of cirque.mkWorkflow { ... }"
    else error "${file} holds several workflows: ${list found}" "choose one: ${file}#${builtins.head found}";
in
if isFunction value && unknown != [ ]
then error "${file} asks for ${if length unknown == 1 then "the argument" else "the arguments"} ${list unknown}, which nothing gives"
  "give it a default, or use one of: ${concatStringsSep " " (attrNames offered)}"
else pick
