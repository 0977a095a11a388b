# The workflow of this project: 'cirque run' runs it, 'cirque check' only reads it. It needs nothing but bash.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "ci";

  timeout = "5m"; # of each step; a job may say otherwise

  jobs = {
    lint.steps = [
      { name = "syntax"; bash = "find . -name '*.sh' -not -path './.*' -print0 | xargs -0 -r -n 1 bash -n"; }
    ];

    build = {
      # what this job hands to others, or to you: cirque artifacts RUN
      outputs.dist = "dist/";
      steps = [ { name = "collect"; bash = "mkdir -p dist && find . -name '*.sh' -not -path './.*' -not -path './dist/*' -exec cp {} dist/ ';'"; } ];
    };

    # starts when lint and build are done
    test = {
      needs = [ "lint" "build" ];
      inputs = [ "dist" ];
      steps = [
        {
          name = "unit";
          bash = ''
            # without this line a project without tests would be green
            [ -d test ] || { echo "no tests: put scripts that fail into test/" >&2; exit 1; }
            for script in test/*.sh; do
              bash "$script"
            done
          '';
        }
      ];
    };
  };
}
