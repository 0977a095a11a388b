# A derivation as a step: built once, cached afterwards, its outputs handed on. No nixpkgs is needed here; with it,
# `build = pkgs.hello;` is all there is to it. Run it twice: cirque run
{ cirque, ... }:
let
  # What nixpkgs' mkDerivation would do for you. The builder's last word is a builtin (`exit`), because an old Nix may
  # take a builder that ends with another program for a killed one. The Nix of Debian has no /bin/sh in its sandbox:
  # install busybox-static there, and add to /etc/nix/nix.conf: extra-sandbox-paths = /bin/sh=/bin/busybox
  make = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/usr/bin:/bin";
  };

  message = make "message-1.0" ''
    echo '@nix {"action":"setPhase","phase":"buildPhase"}' >&2
    echo "making the message"
    echo "hello from the Nix store" > $out
    exit 0
  '';

  loud = make "loud-message-1.0" ''
    read -r text < ${message}
    echo "$text!" > $out
    exit 0
  '';
in
cirque.mkWorkflow {
  name = "build";

  jobs.message = {
    copyRepo = false;
    # The outputs of a build step are values named as the outputs are: `out`, and `dev`, `man` where there are such.
    results = [ "out" ];
    steps = [
      { name = "build"; build = loud; }
      # A later step of the job may use it; it is built by the step above and not before.
      { name = "look"; bash = ''grep -x "hello from the Nix store!" ${loud}''; }
    ];
  };

  jobs.read = {
    copyRepo = false;
    needs = [ "message" ];
    steps = [
      {
        name = "read";
        bash = ''
          case "$NEEDS_MESSAGE_OUT" in */store/*-loud-message-1.0) ;; *) exit 1 ;; esac
          cat "$NEEDS_MESSAGE_OUT"
        '';
      }
    ];
  };
}
