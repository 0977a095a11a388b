# The workflow of this flake: 'cirque run' runs it, 'cirque check' only reads it.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "ci";

  timeout = "1h"; # of each step

  # no word of the user's configuration is needed, and the lock stays as it is
  env.FLAKE = "nix --extra-experimental-features nix-command --extra-experimental-features flakes";

  jobs = {
    lint.steps = [
      { name = "syntax"; bash = "find . -name '*.nix' -print0 | xargs -0 -r nix-instantiate --store dummy:// --parse > /dev/null"; }
    ];

    # evaluates every output, builds every check
    test.steps = [ { name = "flake"; bash = "$FLAKE flake check --no-update-lock-file"; } ];
  };
}
