{
  description = "greeting: a small Nix library with a workflow";

  # Nothing is fetched, so nothing needs a lock. For packages of nixpkgs add
  #   inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  # and run 'nix flake lock': pkgs in ci.nix is then that nixpkgs instead of the programs of this machine.
  #
  # For 'nix run .#ci' and 'cirque run .#ci' from anywhere add Cirque's own flake as inputs.cirque, and here
  #   cirque.x86_64-linux.ci = import ./ci.nix { cirque = cirque.lib.x86_64-linux; };
  #   packages.x86_64-linux.ci = self.cirque.x86_64-linux.ci;
  outputs = { self }: {
    lib = import ./lib.nix;
  };
}
