# Throws, and says why, when lib.nix does not do what it promises; else the list of what was checked.
let
  inherit (import ./lib.nix) greeting;

  expect = got: wanted:
    if got == wanted then "ok: ${wanted}" else throw "test.nix: expected '${wanted}' but got '${got}'";
in
[
  (expect (greeting "") "hello, world")
  (expect (greeting "Ada") "hello, Ada")
]
