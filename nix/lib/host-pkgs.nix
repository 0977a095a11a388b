# SPDX-License-Identifier: Apache-2.0
# Packages without nixpkgs: pkgs.X stands for programs that the place where the job runs has on its PATH, and
# writers make files that travel inside the plan. A placeholder's path is a token: a store path that marks every
# string it is put into, and that the place replaces.
{ system, lib }:
let
  inherit (builtins) concatStringsSep filter isString mapAttrs split substring toFile toJSON unsafeDiscardStringContext;

  table = import ./host-tools.nix;

  realSet = "a real package set: a flake.nix with a locked nixpkgs next to the workflow, or --pkgs FILE";

  needsReal = names: lib.genAttrs names (name: throw "cirque: pkgs.${name} needs ${realSet}");

  hostTool = name: programs:
    let
      self = {
        type = "derivation";
        inherit name;
        pname = name;
        outputName = "out";
        outPath = toFile "cirque-tool-${name}" "${concatStringsSep " " programs}\n";
        drvPath = throw "cirque: pkgs.${name} is a program of the place where the job runs, not something to build; building needs ${realSet}";
        meta.mainProgram = builtins.head programs;
        overrideAttrs = _: self;
        _cirqueTool = { inherit name programs; };
      };
    in
    self;

  group = prefix: mapAttrs (name: hostTool "${prefix}.${name}");

  fileName = name: substring 0 80 (concatStringsSep "_" (filter isString (split "[^a-zA-Z0-9._+=-]" name)));

  # The text reaches Cirque beside the document, as a trace line, because a plan needs no store to be written.
  generated = { name, text, executable ? false, program ? "" }:
    let
      content = { inherit name executable program; text = unsafeDiscardStringContext text; };
      mark = toFile "cirque-file-${fileName name}" (toJSON content);
      record = content // { token = unsafeDiscardStringContext mark; };
      self = {
        type = "derivation";
        inherit name text;
        outputName = "out";
        outPath = builtins.trace "cirque-file:${unsafeDiscardStringContext (toJSON record)}" (mark + substring 0 0 text);
        drvPath = throw "cirque: '${name}' is a generated file of the plan, not something to build; building needs ${realSet}";
        meta = if program == "" then { } else { mainProgram = program; };
        overrideAttrs = _: self;
      };
    in
    self;

  shebang = "#!/usr/bin/env bash\n";
  inputsPath = inputs: lib.optionalString (inputs != [ ]) "export PATH=\"${lib.makeBinPath inputs}:$PATH\"\n";

  writers = {
    writeText = name: text: generated { inherit name text; };
    writeScript = name: text: generated { inherit name text; executable = true; };
    writeScriptBin = name: text: generated { inherit name text; executable = true; program = name; };
    writeShellScript = name: text: generated { inherit name; text = shebang + text; executable = true; };
    writeShellScriptBin = name: text: generated { inherit name; text = shebang + text; executable = true; program = name; };
    writeShellApplication = { name, text, runtimeInputs ? [ ], runtimeEnv ? { }, ... }: generated {
      inherit name;
      executable = true;
      program = name;
      text = shebang + "set -o errexit\nset -o nounset\nset -o pipefail\n"
        + lib.concatMapStrings (key: "export ${lib.toShellVar key runtimeEnv.${key}}\n") (builtins.attrNames runtimeEnv)
        + inputsPath runtimeInputs + "\n" + text;
    };
    writeTextFile = { name, text, executable ? false, destination ? "", ... }:
      if destination == "" then generated { inherit name text executable; }
      else if executable && lib.hasPrefix "/bin/" destination
      then generated { inherit name text executable; program = lib.removePrefix "/bin/" destination; }
      else throw "cirque: pkgs.writeTextFile with destination '${destination}' needs ${realSet}";
  };

  platform = {
    inherit system;
    isLinux = lib.hasSuffix "-linux" system;
    isDarwin = lib.hasSuffix "-darwin" system;
    isx86_64 = lib.hasPrefix "x86_64-" system;
    isAarch64 = lib.hasPrefix "aarch64-" system;
  };

  python = hostTool "python3" table.tools.python3 // {
    withPackages = throw "cirque: pkgs.python3.withPackages needs ${realSet}";
    pkgs = group "python3Packages" table.python;
  };
in
mapAttrs hostTool table.tools // writers // {
  inherit lib system;
  inherit (platform) isLinux isDarwin;
  python3 = python;
  python3Packages = group "python3Packages" table.python;
  nodePackages = group "nodePackages" table.node;
  stdenv = {
    inherit system;
    inherit (platform) isLinux isDarwin isx86_64 isAarch64;
    hostPlatform = platform;
    buildPlatform = platform;
    mkDerivation = throw "cirque: pkgs.stdenv.mkDerivation needs ${realSet}";
  };
  _cirqueTool = name:
    let
      path = lib.splitString "." name;
      sets = { python3Packages = table.python; nodePackages = table.node; };
      inner = sets.${builtins.head path} or { };
    in
    {
      inherit name;
      programs = table.tools.${name} or inner.${lib.last path};
    };
}
// needsReal [
  "appimageTools" "buildEnv" "buildGoModule" "buildNpmPackage" "callPackage" "concatText" "dockerTools"
  "extend" "fetchFromGitHub" "fetchFromGitLab" "fetchgit" "fetchpatch" "fetchurl" "fetchzip" "formats" "linkFarm"
  "mkShell" "mkShellNoCC" "nixos" "nixosTest" "ociTools" "overrideDerivation" "path" "pkgsStatic" "pkgsCross"
  "runCommand" "runCommandCC" "runCommandLocal" "rustPlatform" "stdenvNoCC" "substituteAll" "symlinkJoin"
  "testers" "writers"
]
