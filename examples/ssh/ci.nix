# SPDX-License-Identifier: Apache-2.0
# A job on another host: build here, try it there, judge here what came back. `build1` is whatever `ssh build1` gets to.
{ cirque }:
let
  there = cirque.executors.ssh { host = "build1"; };
in
cirque.mkWorkflow {
  name = "ssh";
  jobs = {
    build = {
      steps = [ { name = "make"; bash = "mkdir -p dist && printf '#!/bin/sh\\necho answer 42\\n' > dist/ask && chmod +x dist/ask"; } ];
      outputs.dist = "dist/";
    };

    # The tree and the artifact are sent; the network may break: then the job is tried once more.
    try = {
      needs = [ "build" ];
      inputs = [ "dist" ];
      executor = there;
      jobRetry.max_attempts = 2;
      steps = [
        { name = "where"; bash = "uname -n; pwd; test -e ci.nix"; }
        { name = "run"; bash = "dist/ask > answer.txt"; }
      ];
      outputs.answer = "answer.txt";
    };

    judge = {
      needs = [ "try" ];
      inputs = [ "answer" ];
      steps = [ { name = "compare"; bash = "grep -x 'answer 42' answer.txt"; } ];
    };
  };
}
