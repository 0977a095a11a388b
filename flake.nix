# SPDX-License-Identifier: Apache-2.0
# Cirque for users of flakes. It has no inputs, so nothing is fetched or locked for its sake: the library and the templates
# need no nixpkgs, and the package fetches one, pinned below, only when it is built. `lib.make { package = …; }` and the
# overlay take yours instead.
{
  description = "Cirque: a local-first CI for Nix users";

  outputs = { self }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forSystems = make: builtins.listToAttrs (map (system: { name = system; value = make system; }) systems);

      # nixos-25.05
      nixpkgs = builtins.fetchTree {
        type = "github";
        owner = "NixOS";
        repo = "nixpkgs";
        rev = "ac62194c3917d5f474c1a844b6fd6da2db95077d";
        narHash = "sha256-16KkgfdYqjaeRGBaYsNrhPRRENs0qzkQVUooNHtoy2w=";
      };
      pkgsFor = forSystems (system: import nixpkgs.outPath { inherit system; config = { }; overlays = [ ]; });

      template = name: description: { path = ./nix/templates + "/${name}"; inherit description; };
    in
    {
      # lib.<system>: what a workflow file knows as `cirque`; lib.make takes { system, package, pkgs, lib, root }.
      lib = forSystems (system: import ./nix/lib { inherit system; package = self.packages.${system}.default; })
        // { make = import ./nix/lib; };

      packages = forSystems (system: { default = pkgsFor.${system}.callPackage ./nix/package.nix { }; });

      overlays.default = final: _: { cirque = final.callPackage ./nix/package.nix { }; };

      devShells = forSystems (system: {
        default = pkgsFor.${system}.mkShell {
          inputsFrom = [ self.packages.${system}.default ];
          packages = with pkgsFor.${system}; [ clang-tools ccache gtest python3 shellcheck ];
        };
      });

      templates = {
        default = self.templates.flake;
        shell = template "shell" "shell scripts, a workflow that needs nothing but bash";
        cpp = template "cpp" "C++ with CMake";
        node = template "node" "Node.js";
        python = template "python" "Python";
        rust = template "rust" "Rust with cargo";
        go = template "go" "Go";
        flake = template "flake" "a Nix library in a flake, with a workflow";
      };
    };
}
