# The smallest workflow: one job, two steps. Run it: cirque run
{ cirque, ... }:
cirque.mkWorkflow {
  name = "hello";

  jobs.greet.steps = [
    {
      name = "hello";
      bash = ''
        echo "Hello from $WORKFLOW_NAME, in a folder of its own: $PWD"
      '';
    }
    {
      # Each step is a bash of its own, with errexit, nounset and pipefail on.
      name = "where";
      bash = ''
        test "$CI" = true
        case "$PWD" in */jobs/greet) echo "job folders end in the job's name" ;; *) exit 1 ;; esac
      '';
    }
  ];
}
