# SPDX-License-Identifier: Apache-2.0
# Cirque built from nixpkgs: pkgs.callPackage ./nix/package.nix { }. The programs are dynamic there, because nixpkgs has no
# static Boost by default. Runs call the bash, git and nix of their caller's PATH.
{ lib, llvmPackages_19, cmake, ninja, gzip, boost, fmt, libmd, tl-expected }:
llvmPackages_19.stdenv.mkDerivation {
  pname = "cirque";
  version = lib.head (builtins.match ".*project\\(cirque VERSION ([0-9.]+).*" (builtins.readFile ../CMakeLists.txt));

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../CMakeLists.txt ../CHANGELOG.md ../README.md ../cmake ../docs ../examples ../nix ../packaging ../src
    ];
  };

  nativeBuildInputs = [ cmake ninja gzip llvmPackages_19.lld ];
  buildInputs = [ boost fmt libmd tl-expected ];
  cmakeFlags = [ "-DCIRQUE_STATIC=OFF" "-DCIRQUE_TESTS=OFF" ];
  ninjaFlags = [ "cirque" "cirque-leader" "cirque-agent-program" "cirque-manual" ];

  meta = {
    description = "Local-first CI for Nix users";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
    mainProgram = "cirque";
  };
}
