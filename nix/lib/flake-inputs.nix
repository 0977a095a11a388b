# SPDX-License-Identifier: Apache-2.0
# The inputs of the tree's flake, each fetched by its node of flake.lock when it is first used. The tree itself is
# never copied to the store, and the lock is never changed. `given`: a lock to take in place of the file, or null.
root: given:
let
  inherit (builtins) fromJSON head isList isString mapAttrs pathExists readFile substring tail;

  lock = if given != null then given else fromJSON (readFile "${root}/flake.lock");

  # An input is the name of a node, or a list of input names to follow from the root.
  follow = name: path:
    if path == [ ] then name else follow (resolve lock.nodes.${name}.inputs.${head path}) (tail path);
  resolve = input: if isList input then follow lock.root input else input;

  isRelativePath = locked: locked.type == "path" && substring 0 1 locked.path != "/";

  source = locked:
    if isRelativePath locked then { outPath = "${root}/${locked.path}"; }
    else builtins.fetchTree (removeAttrs locked [ "__final" ]);

  load = name:
    let
      node = lock.nodes.${name};
      tree = source node.locked;
      folder = tree.outPath + (if node.locked ? dir && node.locked.dir != "" then "/${node.locked.dir}" else "");
      flake = import "${folder}/flake.nix";
      inputs = mapAttrs (_: input: load (resolve input)) (node.inputs or { });
      outputs = flake.outputs (inputs // { inherit self; });
      self = tree // outputs // { inherit inputs outputs; sourceInfo = tree; outPath = folder; _type = "flake"; };
    in
    if node.flake or true then self else tree;

  inputs = mapAttrs (_: input: load (resolve input)) (lock.nodes.${lock.root}.inputs or { });
in
if pathExists "${root}/flake.nix" && pathExists "${root}/flake.lock" then inputs else { }
