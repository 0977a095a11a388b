# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. Without a flake, pkgs.X means the
# program of this machine; with a flake.nix and its lock, the package of the locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.cmake pkgs.gcc pkgs.gnumake ];
in
cirque.mkWorkflow {
  name = "ci";

  timeout = "20m"; # of each step

  jobs = {
    # every warning is an error here, and only here
    lint.steps = [
      { name = "configure"; deps = tools; bash = "cmake -S . -B build -DCMAKE_CXX_FLAGS='-Wall -Wextra -Werror'"; }
      { name = "compile"; deps = tools; bash = "cmake --build build --parallel 2"; }
    ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [
        { name = "configure"; deps = tools; bash = "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release"; }
        { name = "compile"; deps = tools; bash = "cmake --build build --parallel 2"; }
        { name = "install"; deps = tools; bash = "mkdir -p dist && cmake --install build --prefix dist"; }
      ];
    };

    test.steps = [
      { name = "configure"; deps = tools; bash = "cmake -S . -B build -DCMAKE_BUILD_TYPE=Debug"; }
      { name = "compile"; deps = tools; bash = "cmake --build build --parallel 2"; }
      { name = "unit"; deps = tools; bash = "ctest --test-dir build --output-on-failure --no-tests=error"; }
    ];
  };
}
