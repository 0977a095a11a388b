# SPDX-License-Identifier: Apache-2.0
# Jobs in containers: an image by its name, and one that is built from a Dockerfile. Needs podman or docker.
{ cirque }:
let
  debian = cirque.executors.oci { image = "debian:12"; network = "none"; memory = "512m"; };
in
cirque.mkWorkflow {
  name = "container";

  jobs.build = {
    executor = debian;
    outputs.program = "greet";
    steps = [
      { name = "make"; bash = ''printf '#!/bin/sh\necho "made in $(cat /etc/debian_version)"\n' > greet; chmod +x greet''; }
    ];
  };

  jobs.test = {
    needs = [ "build" ];
    executor = cirque.executors.oci { dockerfile = "Dockerfile"; network = "none"; };
    inputs = [ "program" ];
    steps = [
      { name = "tools"; bash = "cat /image-of-the-project"; }
      { name = "run"; bash = "./greet | grep 'made in'"; }
    ];
  };
}
