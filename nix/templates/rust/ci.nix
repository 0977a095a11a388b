# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. Without a flake, pkgs.X means the
# program of this machine; with a flake.nix and its lock, the package of the locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.cargo pkgs.rustc pkgs.gcc ];
in
cirque.mkWorkflow {
  name = "ci";

  timeout = "30m"; # of each step

  jobs = {
    # every warning is an error here, and only here; with clippy: cargo clippy --all-targets
    lint = {
      env.RUSTFLAGS = "-D warnings";
      steps = [ { name = "check"; deps = tools; bash = "cargo check --all-targets"; } ];
    };

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [
        { name = "compile"; deps = tools; bash = "cargo build --release"; }
        {
          name = "collect";
          bash = "mkdir -p dist && find target/release -maxdepth 1 -type f -executable -exec cp {} dist/ ';'";
        }
      ];
    };

    test.steps = [ { name = "unit"; deps = tools; bash = "cargo test"; } ];
  };
}
