# SPDX-License-Identifier: Apache-2.0
# `info`: what the tree's git folder says, read as files and only when asked. Unknown things are null.
root:
let
  inherit (builtins) elemAt filter head isString match pathExists readFile split;

  firstLine = file: head (split "\n" (readFile file));
  after = pattern: text: let found = match pattern text; in if found == null then null else head found;
  absolute = base: path: if match "/.*" path != null then path else "${base}/${path}";

  dotGit = "${root}/.git";
  # a linked work tree has a file that names its folder
  gitFolder =
    if !(pathExists dotGit) then null
    else if pathExists "${dotGit}/HEAD" then dotGit
    else absolute root (after "gitdir: (.*)" (firstLine dotGit));
  common =
    if pathExists "${gitFolder}/commondir" then absolute gitFolder (firstLine "${gitFolder}/commondir") else gitFolder;

  headText = if gitFolder == null then null else firstLine "${gitFolder}/HEAD";
  ref = if headText == null then null else after "ref: (.*)" headText;

  packedLines = if pathExists "${common}/packed-refs" then filter isString (split "\n" (readFile "${common}/packed-refs")) else [ ];
  packed = name:
    let
      pairs = map (match "([0-9a-f]+) (.*)") packedLines;
      found = filter (pair: pair != null && elemAt pair 1 == name) pairs;
    in
    if found == [ ] then null else elemAt (head found) 0;

  rev =
    if headText == null then null
    else if ref == null then headText
    else if pathExists "${common}/${ref}" then firstLine "${common}/${ref}"
    else packed ref;
in
{
  inherit rev;
  shortRev = if rev == null then null else builtins.substring 0 7 rev;
  branch = if ref == null then null else after "refs/heads/(.*)" ref;
}
