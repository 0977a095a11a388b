{
  description = "greeting: a small Nix library with a workflow";

  # Nothing is fetched, so nothing needs a lock. For packages of nixpkgs add
  #   inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  # and run 'nix flake lock': pkgs in ci.nix is then that nixpkgs instead of the programs of this machine.
  outputs = { self }: {
    lib = import ./lib.nix;
  };
}
