# SPDX-License-Identifier: Apache-2.0
# mkMatrixJobs: one job per combination, named <name>-<key>-<value>-... with the keys sorted.
{ raw }:
{ name, matrix, jobTemplate }@args:
let
  inherit (builtins) attrNames concatMap concatStringsSep foldl' listToAttrs;

  keys = attrNames matrix;

  combine = entries: key:
    concatMap (entry: map (value: entry // { ${key} = value; }) matrix.${key}) entries;

  jobName = entry: concatStringsSep "-" ([ name ] ++ map (key: "${key}-${raw.scalar entry.${key}}") keys);

  member = entry:
    let job = jobTemplate entry; in
    if job == { } then job
    else job // { _cirqueMatrix = { values = entry; position = raw.posOf args "jobTemplate"; }; };
in
listToAttrs (map (entry: { name = jobName entry; value = member entry; }) (foldl' combine [ { } ] keys))
