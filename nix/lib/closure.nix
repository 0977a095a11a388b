# SPDX-License-Identifier: Apache-2.0
# What a piece of the document refers to, read from the context of its strings: store derivations, store paths,
# tools of the place (cirque-tool-*) and generated files (cirque-file-*).
let
  inherit (builtins) attrNames elemAt filter getContext match substring toJSON;

  tokenPattern = ".*/[0-9a-z]{32}-cirque-(tool|file)-.*";

  classify = context: path:
    let
      entry = context.${path};
      token = match tokenPattern path;
      outputs = entry.outputs or [ ] ++ (if entry.allOutputs or false then [ "*" ] else [ ]);
    in
    if outputs != [ ] then { kind = "derivation"; value = { drv = path; inherit outputs; }; }
    else if token == null then { kind = "path"; value = path; }
    else { kind = elemAt token 0; value = path; };

  pick = kind: entries: map (entry: entry.value) (filter (entry: entry.kind == kind) entries);

  nonEmpty = attrs: removeAttrs attrs (filter (name: attrs.${name} == [ ]) (attrNames attrs));
in
{
  # An empty string that carries the context of the whole value.
  carrier = value: substring 0 0 (toJSON value);

  # The closure of `value` and of what the carriers stand for; {} when it refers to nothing.
  of = carriers: value:
    let
      context = getContext (toJSON value + carriers);
      entries = map (classify context) (attrNames context);
    in
    if context == { } then { }
    else nonEmpty {
      derivations = pick "derivation" entries;
      paths = pick "path" entries;
      hostTools = pick "tool" entries;
      files = pick "file" entries;
    };
}
