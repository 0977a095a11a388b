# A small C++ project, built and tested with the tools of this machine. Without a flake, pkgs.X stands for the programs
# that the place where a job runs has on its PATH: pkgs.gcc is its g++, pkgs.gnumake its make. With a flake.nix next to
# this file, the same words mean the packages of its locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.gcc pkgs.gnumake ];
in
cirque.mkWorkflow {
  name = "host-tools";

  timeout = "5m"; # of each step

  jobs = {
    build = {
      outputs.program = "roman";
      steps = [
        { name = "compiler"; deps = tools; bash = "g++ --version | sed -n 1p"; }
        { name = "compile"; deps = tools; bash = "make -j2 roman"; }
      ];
    };

    test.steps = [ { name = "unit"; deps = tools; bash = "make -j2 test"; } ];

    try-it = {
      needs = [ "build" "test" ];
      inputs = [ "program" ];
      steps = [
        { name = "to-roman"; bash = ''test "$(./roman 1994)" = MCMXCIV''; }
        { name = "refuses"; bash = ''if ./roman 0; then exit 1; fi''; }
      ];
    };
  };
}
