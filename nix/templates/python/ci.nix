# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. Without a flake, pkgs.X means the
# program of this machine; with a flake.nix and its lock, the package of the locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.python3 ];
in
cirque.mkWorkflow {
  name = "ci";

  timeout = "20m"; # of each step
  env.PYTHONPATH = "src";

  jobs = {
    # a warning of the compiler is an error
    lint.steps = [ { name = "compile"; deps = tools; bash = "python3 -W error -m compileall -q -f ."; } ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [
        {
          name = "package";
          deps = tools;
          # your own: python3 -m build
          bash = "mkdir -p dist && tar -czf dist/package.tar.gz --exclude-vcs --exclude=./dist --exclude=__pycache__ .";
        }
      ];
    };

    test.steps = [
      {
        name = "unit";
        deps = tools;
        # your own: pytest
        bash = ''
          # unittest itself may be content with a project without tests
          find tests -name 'test_*.py' | grep -q . || { echo "no tests: no tests/test_*.py" >&2; exit 1; }
          python3 -m unittest discover --start-directory tests --verbose
        '';
      }
    ];
  };
}
