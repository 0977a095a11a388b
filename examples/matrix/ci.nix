# One job for each combination of values. Names are <name>-<key>-<value>-..., keys in alphabetical order:
# test-mode-debug-version-1, test-mode-debug-version-2, ...
{ cirque, ... }:
let
  tests = cirque.mkMatrixJobs {
    name = "test";
    matrix = { version = [ 1 2 ]; mode = [ "debug" "release" ]; };
    jobTemplate = { version, mode }: {
      env = { VERSION = version; MODE = mode; };
      outputs."log-${mode}-${toString version}" = "logs/";
      steps = [
        { name = "test"; bash = ''mkdir logs; echo "tested version $VERSION in $MODE mode" | tee "logs/$MODE-$VERSION"''; }
      ];
    };
  };
in
cirque.mkWorkflow {
  name = "matrix";

  jobs = tests // {
    collect = {
      needs = builtins.attrNames tests;
      inputs = [ "log-debug-1" "log-debug-2" "log-release-1" "log-release-2" ];
      steps = [ { name = "count"; bash = ''test "$(ls logs | wc -l)" -eq 4''; } ];
    };
  };
}
