# SPDX-License-Identifier: Apache-2.0
# Values as data: what Nix hands over becomes JSON-shaped, each attribute set with "@pos" (where each key was
# written). Nothing is judged here; only what JSON cannot hold is an evaluation error.
{ root }:
let
  inherit (builtins) attrNames filter isAttrs isBool isFunction isList isPath listToAttrs mapAttrs stringLength substring;

  prefix = root + "/";
  prefixLength = stringLength prefix;

  # Text of a path below the tree, relative to the tree; other paths stay absolute.
  relative = text:
    if root != "" && substring 0 prefixLength text == prefix
    then substring prefixLength (stringLength text) text
    else text;

  # Places inside this library tell a person nothing.
  library = toString ./. + "/";
  libraryLength = stringLength library;

  posText = pos:
    if pos == null || substring 0 libraryLength pos.file == library then null
    else "${relative (builtins.unsafeDiscardStringContext pos.file)}:${toString pos.line}:${toString pos.column}";

  posOf = attrs: name: posText (builtins.unsafeGetAttrPos name attrs);
in
rec {
  inherit relative posOf;

  isDerivation = value: isAttrs value && value.type or null == "derivation";
  isReference = value: isAttrs value && value ? _cirqueReference;

  # toString calls these by themselves
  isTextual = value: isAttrs value && (value ? __toString || value ? outPath);

  # { key = "file:line:column"; } for the keys whose place is known. `renamed` maps a key to the key it stands for.
  positions = renamed: attrs:
    listToAttrs (filter (entry: entry.value != null)
      (map (name: { name = renamed.${name} or name; value = posOf attrs name; }) (attrNames attrs)));

  withPositions = attrs: doc: doc // { "@pos" = positions { } attrs; };

  pathText = path: relative (toString path);

  reference = value: removeAttrs value._cirqueReference [ ];

  # Any value; `where` names it for the one error there is.
  raw = where: value:
    if isAttrs value then
      if isReference value then reference value
      else if isDerivation value || isTextual value then toString value
      else withPositions value (mapAttrs (name: raw "${where}.${name}") value)
    else if isList value then map (raw where) value
    else if isPath value then pathText value
    else if isFunction value then 
      throw "cirque: ${where} is a function, but data is expected (was it called without its argument?)"
    else value;

  scalar = value: if isBool value then (if value then "true" else "false") else toString value;

  # Environment values are text: numbers, paths, packages and lists by toString, booleans as true and false.
  envValue = where: value:
    if isAttrs value && !(isDerivation value) && (isReference value || !(isTextual value)) then raw where value
    else if isFunction value then raw where value
    else scalar value;

  env = where: value:
    if isAttrs value && !(isDerivation value)
    then withPositions value (mapAttrs (name: envValue "${where}.${name}") value)
    else raw where value;
}
