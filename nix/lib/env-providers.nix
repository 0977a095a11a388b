# SPDX-License-Identifier: Apache-2.0
# Where environment variables come from besides `env`.
let
  make = kind: fields: { _cirqueProvider = true; inherit kind; } // fields;
in
{
  # A dotenv file of the tree, or a generated one.
  file = { path, ... }@fields: make "file" fields;

  # Fixed values.
  static = values: make "static" { inherit values; };

  # These must be set, by whatever level.
  required = names: make "required" { inherit names; };

  # A file that sops decrypts.
  sops = { file, ... }@fields: make "sops" fields;
}
