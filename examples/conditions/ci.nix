# When things run: success() (the default), failure(), always(), cancelled(), or any bash, or both. Bash is run in the
# job's folder with the job's environment; exit 0 is true, 1 is false, anything else fails the job.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "conditions";

  env.BRANCH = "main";

  jobs = {
    check = {
      continueOnError = true; # shown as failed, but those that need it go on as if it had succeeded
      steps = [
        { name = "breaks"; bash = "echo 'this step fails on purpose'; exit 7"; }
        { name = "skipped"; bash = "echo 'not reached'; exit 1"; }
        { name = "on-failure"; condition = "failure()"; bash = "echo 'a step before this one failed'"; }
        { name = "at-the-end"; condition = "always()"; bash = "echo 'runs in any case'"; }
      ];
    };

    deploy = {
      needs = [ "check" ];
      condition = ''[ "$BRANCH" = main ] || [ "$BRANCH" = release ]'';
      steps = [ { name = "deploy"; bash = "echo 'deploying main'"; } ];
    };

    # A false condition skips the job, and that is no failure.
    nightly = {
      condition = ''[ "$BRANCH" = nightly ]'';
      steps = [ { name = "never"; bash = "exit 1"; } ];
    };

    # Runs only when something it needs, directly or further up, has failed.
    rollback = {
      needs = [ "deploy" ];
      condition = { when = "failure()"; bash = ''[ "$BRANCH" = main ]''; };
      steps = [ { name = "never"; bash = "exit 1"; } ];
    };

    notify = {
      needs = [ "deploy" ];
      condition = "always()";
      steps = [ { name = "notify"; bash = "echo 'the pipeline has ended'"; } ];
    };
  };
}
