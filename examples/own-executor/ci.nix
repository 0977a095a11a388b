# SPDX-License-Identifier: Apache-2.0
# A place of one's own: three scripts say how it is made, how a command runs there, and how it goes away.
{ cirque }:
let
  # A place with a host name of its own (needs root, or user namespaces).
  namespace = cirque.mkExecutor {
    name = "namespace";
    setup = ''echo "making $CIRQUE_PLACE"'';
    connect = ''
      exec unshare --map-root-user --uts sh -c 'hostname "$CIRQUE_PLACE" 2>/dev/null || echo "$CIRQUE_PLACE" > /proc/sys/kernel/hostname; exec "$@"' sh "$@"
    '';
    cleanup = ''echo "removing $CIRQUE_PLACE"'';
  };
in
cirque.mkWorkflow {
  name = "own-executor";
  jobs.elsewhere = {
    executor = namespace;
    steps = [
      { name = "where"; bash = ''read -r name < /proc/sys/kernel/hostname; echo "running on $name"; [[ $name == cirque-* ]]''; }
    ];
  };
}
