# Where a step's environment comes from, and how values travel. Highest first: `cirque run --env NAME=VALUE`, the step,
# $JOB_ENV, the job, the workflow, the caller.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "env";

  env = { GREETING = "hello"; WHERE = "workflow"; };
  envFrom = [
    (cirque.envProviders.static { REGION = "north"; })
    (cirque.envProviders.file { path = "settings.env"; required = true; })
    (cirque.envProviders.required [ "GREETING" "REGION" ])
  ];

  jobs = {
    levels = {
      env.WHERE = "job";
      steps = [
        { name = "job-over-workflow"; bash = ''test "$WHERE" = job; test "$REGION" = north; test "$COLOUR" = "dark green"''; }
        { name = "step-over-job"; env.WHERE = "step"; bash = ''test "$WHERE" = step''; }
        { name = "only-in-that-step"; bash = ''test "$WHERE" = job''; }
      ];
    };

    # What a step writes to $JOB_ENV is bash, and every later step of the job sees it.
    job-env.steps = [
      {
        name = "write";
        bash = ''
          echo 'VERSION=1.2' >> "$JOB_ENV"
          echo 'TAG="$GREETING-$VERSION"' >> "$JOB_ENV"
        '';
      }
      { name = "read"; bash = ''test "$TAG" = hello-1.2; echo "the tag is $TAG"''; }
    ];

    # A result goes from one job to those that need it.
    version = {
      results = [ "number" ];
      steps = [ { name = "find"; bash = ''echo "number=4.2" >> "$CIRQUE_OUTPUT"''; } ];
    };
    use = {
      needs = [ "version" ];
      env.NUMBER = cirque.result "version" "number";
      steps = [ { name = "show"; bash = ''test "$NUMBER" = 4.2; test "$NEEDS_VERSION_NUMBER" = 4.2''; } ];
    };
  };
}
