# SPDX-License-Identifier: Apache-2.0
# What Cirque evaluates of a flake: loads a fetched source with the lock that was settled for it, then does task after
# task and tells of each on standard error: "MARK-begin:INDEX", then "MARK-done:{index, value}". The first task that
# fails ends the evaluation. Read from standard input in pure mode, so it is one file without imports of its own.
#
# `request` is JSON:
#   source   { path, narHash }: the tree in the store; `dir`: the flake's folder in it, or ""
#   info     what `self` says about the tree (rev, lastModified ...)
#   locks    the lock file's content
#   mark     what begins each record: nothing that is evaluated can know it
#   tasks    [ { op = "names" | "find" | "drv" | "plan"; ... } ]
{ request }:
let
  inherit (builtins) attrNames elemAt filter foldl' fromJSON genList head isAttrs isList length mapAttrs seq substring
    tail toJSON trace typeOf;

  asked = fromJSON request;
  inherit (asked) locks;

  sub = folder: if folder == "" then "" else "/${folder}";

  # An input is the name of a node, or a path of input names from the root.
  follow = name: path:
    if path == [ ] then name else follow (resolve locks.nodes.${name}.inputs.${head path}) (tail path);
  resolve = input: if isList input then follow locks.root input else input;

  rootTree = asked.info // {
    outPath = (builtins.fetchTree ({ type = "path"; } // asked.source)).outPath;
  };

  isRelative = node: node.locked.type or "" == "path" && substring 0 1 node.locked.path != "/";

  nodes = mapAttrs (name: load name) locks.nodes;

  load = name: node:
    let
      isRoot = name == locks.root;
      relative = !isRoot && isRelative node;
      parent = nodes.${if node ? parent then follow locks.root node.parent else locks.root};
      tree =
        if isRoot then rootTree
        else if relative then parent.tree
        else builtins.fetchTree (node.info or { } // removeAttrs node.locked [ "dir" "__final" ]);
      outPath =
        if relative then "${parent.outPath}/${node.locked.path}"
        else tree.outPath + sub (if isRoot then asked.dir else node.locked.dir or "");
      flake = import (outPath + "/flake.nix");
      inputs = mapAttrs (_: input: nodes.${resolve input}.value) (node.inputs or { });
      outputs = flake.outputs (inputs // { self = value; });
      value = outputs // tree // {
        inherit outPath inputs outputs;
        sourceInfo = tree;
        _type = "flake";
      };
    in
    {
      inherit tree outPath outputs;
      value = if isRoot || node.flake or true then value else tree // { inherit outPath; sourceInfo = tree; };
    };

  inherit (nodes.${locks.root}) outputs;

  has = path: value:
    path == [ ] || (isAttrs value && value ? ${head path} && has (tail path) value.${head path});
  at = foldl' (value: name: value.${name}) outputs;

  isDerivation = value: isAttrs value && value.type or null == "derivation";
  isWorkflow = path: value: isDerivation value && head path == "cirque" && value ? plan;

  kindOf = path: value:
    if isWorkflow path value then { kind = "workflow"; }
    else if isDerivation value then { kind = "derivation"; }
    else if isAttrs value then { kind = "set"; names = attrNames value; }
    else { kind = "other"; type = typeOf value; };

  # A shell is wanted for what it needs; building the shell itself is not meant to work in older package sets.
  built = path: value:
    if head path == "devShells" && isDerivation (value.inputDerivation or null) then value.inputDerivation else value;

  operations = {
    # what is below a path: null when there is nothing
    names = { path, ... }: if has path outputs then kindOf path (at path) else null;

    # the first of some paths that exists
    find = { candidates, ... }:
      let present = filter (path: has path outputs) candidates; in
      if present == [ ] then null
      else let path = head present; in { inherit path; } // kindOf path (at path);

    # one derivation, written to the store
    drv = { path, ... }:
      let value = at path; drv = built path value; in
      if !(isDerivation value) then { problem = typeOf value; }
      else {
        drv = builtins.unsafeDiscardStringContext drv.drvPath;
        name = drv.name;
        system = drv.system or "";
        outputs = drv.outputs or [ (drv.outputName or "out") ];
      };

    plan = { path, ... }: { inherit (at path) plan; };
  };

  tell = what: text: value: trace "${asked.mark}-${what}:${text}" value;

  perform = index: task:
    let answer = toJSON { inherit index; value = operations.${task.op} task; }; in
    tell "begin" (toString index) (seq answer (tell "done" answer null));
in
# an error of the flake as a whole belongs to no task
seq (isAttrs outputs)
  (foldl' (before: index: seq before (perform index (elemAt asked.tasks index))) null (genList (index: index) (length asked.tasks)))
