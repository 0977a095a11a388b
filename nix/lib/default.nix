# SPDX-License-Identifier: Apache-2.0
# The workflow library: `cirque` (and `nixactions`) in a workflow file. It needs no nixpkgs.
{ system ? builtins.currentSystem
, pkgs ? null # a package set; without one, programs of the place stand in
, lib ? null
, root ? ""   # the tree: paths below it are kept relative to it
, package ? null # a cirque, with bin/cirque: makes workflows packages that `nix build` and `nix run` take
}:
let
  ownLib = import ./lib.nix;
  hostPkgs = import ./host-pkgs.nix { inherit system; lib = ownLib; };
  givenPkgs = if pkgs == null then hostPkgs else pkgs;
  givenLib = if lib != null then lib else givenPkgs.lib or ownLib;

  raw = import ./raw.nix { inherit root; };
  closure = import ./closure.nix;
  hooked = import ./executor-hooks.nix { inherit (hostPkgs) writeShellApplication; lib = ownLib; };
  document = import ./document.nix { inherit raw closure hooked; };
  places = import ./executors.nix;
in
{
  inherit (places) executors mkExecutor;
  inherit (import ./references.nix) secret param result;

  mkWorkflow = import ./workflow.nix {
    inherit document;
    tool = hostPkgs._cirqueTool;
    app = import ./app.nix {
      inherit system package;
      document = import ./document.nix { inherit raw closure hooked; carriesDrvs = true; };
      tool = hostPkgs._cirqueTool;
    };
  };
  mkMatrixJobs = import ./matrix.nix { inherit raw; };
  actions = import ./actions.nix { pkgs = givenPkgs; lib = ownLib; };
  envProviders = import ./env-providers.nix;

  # Retry policies by name: retry.linear { max_attempts = 3; }
  retry = {
    exponential = options: options // { backoff = "exponential"; };
    linear = options: options // { backoff = "linear"; };
    constant = options: options // { backoff = "constant"; };
    none = null;
  };

  logging = {
    structured = { format = "structured"; };
    simple = { format = "simple"; };
    json = { format = "json"; };
  };

  # Packages for Linux places, whatever this machine is.
  linuxPkgs =
    if ownLib.hasSuffix "-linux" system || pkgs == null then givenPkgs
    else import givenPkgs.path { system = ownLib.replaceStrings [ "-darwin" ] [ "-linux" ] system; };

  lib = givenLib;
  pkgs = givenPkgs;
  inherit hostPkgs;
}
