# A step that may fail now and then is tried again. Keys: max_attempts, backoff (exponential, linear, constant),
# min_time and max_time in seconds. A workflow's or job's `retry` is the default of its steps, merged key by key.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "retry";

  retry = { max_attempts = 3; min_time = 0; };

  jobs = {
    flaky.steps = [
      {
        name = "third-time-lucky";
        bash = ''
          tries=$(( $(cat tries 2>/dev/null || echo 0) + 1 ))
          echo "$tries" > tries
          echo "try $tries"
          test "$tries" -eq 3
        '';
      }
      # null switches an inherited retry off
      { name = "once"; retry = null; bash = "test ! -e once; touch once"; }
    ];

    # The last try's status counts: a step that never succeeds fails its job.
    hopeless = {
      continueOnError = true;
      retry.backoff = "constant";
      steps = [ { name = "never"; bash = "exit 3"; } ];
    };
  };
}
