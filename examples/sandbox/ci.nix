# A job in a sandbox (bubblewrap): it sees the machine's programs and its own copy of the tree, and nothing else of this
# machine; it writes only its folder. The same steps, in another place.
{ cirque, ... }:
let
  inherit (cirque) executors;
in
cirque.mkWorkflow {
  name = "sandbox";

  jobs = {
    build = {
      executor = executors.sandbox;
      steps = [
        { name = "make"; bash = "mkdir -p dist && echo 'built apart' > dist/result.txt"; }
        {
          name = "alone";
          bash = ''
            ! touch /usr/mark 2>/dev/null || { echo 'it can write to /usr'; exit 1; }
            ! ls -A /home /root 2>/dev/null | grep . || { echo 'it sees home folders'; exit 1; }
            interfaces=$(grep -c : /proc/net/dev)
            [ "$interfaces" = 1 ] || { echo 'it sees the network'; exit 1; }
            echo 'nobody else is here'
          '';
        }
      ];
      outputs.dist = "dist/";
    };

    # What else it may see is said: this machine's network, a file where a program wants it.
    look = {
      needs = [ "build" ];
      inputs = [ "dist" ];
      executor = executors.sandbox { network = true; mounts = [ { source = "settings"; target = "/etc/settings"; } ]; };
      steps = [ { name = "use"; bash = "cat dist/result.txt; cmp settings /etc/settings"; } ];
    };
  };
}
