# SPDX-License-Identifier: Apache-2.0
# What steps tell beyond their exit status: test reports in files and on their output, annotations, a summary.
{ cirque }:
cirque.mkWorkflow {
  name = "reports";
  jobs = {
    # Two reports in files; a pattern would do as well: "out/*".
    unit = {
      steps = [
        {
          name = "test";
          bash = ''
            mkdir -p out
            {
              echo "TAP version 13"
              echo "1..3"
              echo "ok 1 - adds"
              echo "ok 2 - removes"
              echo "ok 3 - ships # SKIP no network"
            } > out/cart.tap
            echo '<testsuite name="price"><testcase classname="price" name="rounds" time="0.012"/></testsuite>' > out/price.xml
          '';
        }
      ];
      reports = [ "out/cart.tap" "out/price.xml" ];
    };

    # On a step's output, and shown only: these tests are known to fail.
    flaky = {
      steps = [
        { name = "soak"; bash = "printf 'starting\\n1..2\\nok 1 - one hour\\nnot ok 2 - one week\\n'"; }
      ];
      reports = [ { step = "soak"; format = "tap"; failOnFailedTests = false; } ];
    };

    # Says which line is wrong, and what a person should read.
    lint.steps = [
      {
        name = "spell";
        bash = ''
          echo "::warning file=README.md,line=3,title=Spelling::recieve"
          echo "### 1 word to look at" >> "$CIRQUE_SUMMARY"
        '';
      }
    ];

    # The step exits with 0 and a test failed: the job has failed.
    honest = {
      continueOnError = true;
      steps = [ { name = "test"; bash = "printf '1..1\\nnot ok 1 - closes the door\\n' > door.tap"; } ];
      reports = [ "door.tap" ];
    };
  };
}
