# `timeout` limits one try of a step and ends its whole process tree; a timed-out try has failed and may be retried.
# `deadline` limits a job or the workflow as a whole. Integers are seconds; "500ms", "90s", "5m", "2h" work too.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "timeouts";

  deadline = "5m";

  jobs = {
    slow = {
      continueOnError = true; # so that this example ends well: the failure is shown, but not counted
      steps = [
        { name = "too-long"; timeout = "500ms"; bash = "sleep 60 & sleep 60"; }
        { name = "tidy-up"; condition = "always()"; bash = "echo 'runs although the step before timed out'"; }
        { name = "never"; bash = "echo 'not reached'; exit 1"; }
      ];
    };

    second-try.steps = [
      {
        name = "hangs-once";
        timeout = "500ms";
        retry = { max_attempts = 2; min_time = 0; };
        bash = ''
          if [ ! -e tried ]; then touch tried; sleep 60; fi
          echo "done at the second try"
        '';
      }
    ];

    bounded = {
      deadline = 60;
      steps = [ { name = "quick"; bash = "echo 'well within the deadline'"; } ];
    };
  };
}
