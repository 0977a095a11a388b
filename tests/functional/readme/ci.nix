# ci.nix
{ pkgs, nixactions }:

nixactions.mkWorkflow {
  name = "ci";

  jobs = {
    # Runs immediately (Level 0)
    lint = {
      executor = nixactions.executors.local;
      steps = [
        { bash = "echo npm run lint"; }
      ];
    };

    # Runs after lint succeeds (Level 1)
    test = {
      needs = [ "lint" ];
      executor = nixactions.executors.local;
      steps = [
        { bash = "echo npm test"; }
      ];
    };

    # Runs after test succeeds (Level 2)
    build = {
      needs = [ "test" ];
      steps = [
        { bash = "echo npm run build"; }
      ];
    };
  };
}
