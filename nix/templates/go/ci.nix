# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. Without a flake, pkgs.X means the
# program of this machine; with a flake.nix and its lock, the package of the locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.go ];
in
cirque.mkWorkflow {
  name = "ci";

  timeout = "20m"; # of each step

  jobs = {
    lint.steps = [
      { name = "vet"; deps = tools; bash = "go vet ./..."; }
      {
        name = "format";
        deps = tools;
        bash = ''
          unformatted=$(gofmt -l .)
          [ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }
        '';
      }
    ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [ { name = "compile"; deps = tools; bash = "mkdir -p dist && go build -o dist/ ./..."; } ];
    };

    test.steps = [
      {
        name = "unit";
        deps = tools;
        bash = ''
          # go itself is content with a project without tests
          find . -name '*_test.go' | grep -q . || { echo "no tests: no *_test.go" >&2; exit 1; }
          go test ./...
        '';
      }
    ];
  };
}
