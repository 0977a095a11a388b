# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "ci";

  timeout = "30m"; # of each step

  # only evaluates, so it needs no Nix store that may be written
  env.EVALUATE = "nix-instantiate --store dummy:// --eval --strict --json";

  jobs = {
    lint.steps = [
      { name = "syntax"; bash = "find . -name '*.nix' -print0 | xargs -0 -r nix-instantiate --store dummy:// --parse > /dev/null"; }
    ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [ { name = "list"; bash = "mkdir -p dist && $EVALUATE --expr 'builtins.attrNames (import ./lib.nix)' > dist/lib.json"; } ];
    };

    test.steps = [ { name = "unit"; bash = "$EVALUATE test.nix"; } ];
  };
}
