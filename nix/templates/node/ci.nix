# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. Without a flake, pkgs.X means the
# program of this machine; with a flake.nix and its lock, the package of the locked nixpkgs.
{ cirque, pkgs, ... }:
let
  tools = [ pkgs.nodejs ];
  # only for projects that have dependencies
  install = { name = "install"; deps = tools; condition = "[ -f package-lock.json ]"; bash = "npm ci"; };
in
cirque.mkWorkflow {
  name = "ci";

  timeout = "20m"; # of each step

  jobs = {
    lint.steps = [
      {
        name = "syntax";
        deps = tools;
        bash = "find . -name '*.js' -not -path '*/node_modules/*' -not -path './.*' -print0 | xargs -0 -r -n 1 node --check";
      }
    ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [
        install
        {
          name = "build";
          deps = tools;
          # your own: npm run build
          bash = "mkdir -p dist && tar -czf dist/package.tar.gz --exclude-vcs --exclude=./dist --exclude=./node_modules .";
        }
      ];
    };

    test.steps = [
      install
      # your own: npm test
      {
        name = "unit";
        deps = tools;
        bash = ''
          # node itself is content with a project without tests
          find . -name '*.test.js' -not -path '*/node_modules/*' | grep -q . || { echo "no tests: no *.test.js" >&2; exit 1; }
          node --test
        '';
      }
    ];
  };
}
