# SPDX-License-Identifier: Apache-2.0
# A workflow as written becomes the raw plan document: spellings of keys are made one, packages become store paths
# and closures, positions are kept. Unknown keys pass through, so that the plan's schema can name them.
{ raw, closure
, hooked # executor-hooks.nix
, carriesDrvs ? false # whether the .drv of a build step becomes part of what the document refers to
}:
let
  inherit (builtins) attrNames attrValues concatMap filter isAttrs isList isPath isString listToAttrs mapAttrs match;

  jobAliases = { actions = "steps"; "if" = "condition"; continue-on-error = "continueOnError"; envProviders = "envFrom"; };
  workflowAliases = { envProviders = "envFrom"; };
  stepAliases = { "if" = "condition"; bash = "run"; deps = "path"; };

  # Old spellings become the present ones, unless both are given: then both stay, and the schema says so.
  rename = aliases: attrs:
    let
      old = filter (name: attrs ? ${name} && !(attrs ? ${aliases.${name}})) (attrNames aliases);
      renamed = listToAttrs (map (name: { inherit name; value = aliases.${name}; }) old);
      fresh = listToAttrs (map (name: { name = aliases.${name}; value = attrs.${name}; }) old);
    in
    {
      attrs = if old == [ ] then attrs else removeAttrs attrs old // fresh;
      positions = raw.positions renamed attrs;
    };

  # Each attribute through its handler, else as raw data.
  convert = where: handlers: attrs:
    mapAttrs (name: value: (handlers.${name} or raw.raw) "${where}.${name}" value) attrs;

  mainProgram = drv: drv.meta.mainProgram or drv.pname or drv.name;

  argv = where: value: if isList value then map (raw.envValue where) value else raw.raw where value;

  # What to put before PATH. Only real attribute sets know outputs; a tool of the place is its bare token.
  pathEntry = where: dep:
    if raw.isDerivation dep then
      if dep ? _cirqueTool then dep.outPath else "${dep.bin or dep.out or dep}/bin"
    else if isString dep || isPath dep then "${dep}/bin"
    else raw.raw where dep;

  path = where: value: if isList value then map (pathEntry where) value else raw.raw where value;

  # The .drv must not become part of the closure: building it is the step.
  build = where: value:
    if raw.isDerivation value then {
      drv = (if carriesDrvs then builtins.unsafeDiscardOutputDependency else builtins.unsafeDiscardStringContext) value.drvPath;
      outputs = [ value.outputName or "out" ];
    }
    else raw.raw where value;

  axis = where: value: if isList value then map (raw.envValue where) value else raw.raw where value;

  matrix = where: value:
    if isAttrs value && !(raw.isReference value)
    then { axes = raw.withPositions value (mapAttrs (name: axis "${where}.${name}") value); }
    else raw.raw where value;

  provider = where: value:
    if raw.isDerivation value
    then { kind = "program"; program = "${value}/bin/${mainProgram value}"; }
    else if isAttrs value && value ? _cirqueProvider
    then let given = removeAttrs value [ "_cirqueProvider" ]; in
      raw.raw where given // (if given ? values then { values = raw.env "${where}.values" given.values; } else { })
    else raw.raw where value;

  envFrom = where: value: if isList value then map (provider where) value else raw.raw where value;

  isExecutor = value: isAttrs value && value ? _cirqueExecutor;

  executor = where: value:
    if isExecutor value
    then let given = value._cirqueExecutor; in
      { inherit (given) kind; } // (if given.options == { } then { } else { options = raw.raw where given.options; })
    else raw.raw where value;

  stepHandlers = { inherit path build; env = raw.env; run = argv; };

  derivationStep = drv: { name = drv.pname or drv.name; run = [ "${drv}/bin/${mainProgram drv}" ]; };

  # `extra`: packages of the job's place, for a step that is a package.
  step = carriers: extra: where: value:
    let
      # a ready-made step may also be called
      renamed = rename stepAliases (removeAttrs value [ "__functor" ]);
      doc =
        if raw.isDerivation value then derivationStep value // (if extra == [ ] then { } else { path = path where extra; })
        else convert where stepHandlers renamed.attrs // { "@pos" = renamed.positions; };
      needs = closure.of carriers doc;
    in
    if isAttrs value then (if needs == { } then doc else doc // { closure = needs; }) else raw.raw where value;

  # Attribute sets whose packages are meant as things to build, not as paths.
  withBuilds = handlers: where: value:
    if isAttrs value && !(raw.isTextual value) then raw.withPositions value (convert where handlers value)
    else raw.raw where value;

  # A package's main program runs; with `exec`, its programs come before those of PATH. What stands for a program
  # of the place is nothing to build.
  servicePackage = value:
    let package = value.package; in
    if !(raw.isDerivation (value.package or null)) then value
    else removeAttrs value (if (builtins.tryEval package.drvPath).success then [ ] else [ "package" ])
      // (if value ? exec then { path = [ package ] ++ value.path or [ ]; }
    else if value ? image then { }
    else { exec = [ "${package}/bin/${mainProgram package}" ]; });

  service = carriers: where: value:
    let
      renamed = rename { deps = "path"; } value;
      handlers = { inherit path; package = build; env = raw.env; exec = argv; ready = withBuilds { exec = argv; }; };
      doc = convert where handlers (servicePackage renamed.attrs) // { "@pos" = renamed.positions; };
      needs = closure.of carriers doc;
    in
    if isAttrs value && !(raw.isTextual value) then (if needs == { } then doc else doc // { closure = needs; })
    else raw.raw where value;

  # The programs of a service that is an image are the image's.
  services = carriers: extra: where: value:
    let one = name: given: service carriers "${where}.${name}" (if isAttrs given && given ? image then given else withExtraPackages extra given); in
    if isAttrs value && !(raw.isTextual value)
    then raw.withPositions value (mapAttrs one value)
    else raw.raw where value;

  jobHandlers = { inherit envFrom executor matrix; env = raw.env; machine = withBuilds { nixos = build; }; };

  copyRepoOf = job:
    if isExecutor (job.executor or null) && job.executor._cirqueExecutor ? copyRepo && !(job ? copyRepo)
    then { inherit (job.executor._cirqueExecutor) copyRepo; }
    else { };

  extraPackagesOf = job: if isExecutor (job.executor or null) then job.executor._cirqueExecutor.extraPackages or [ ] else [ ];

  # Packages of the job's place come after those of the step or service itself.
  withExtraPackages = extra: value:
    let
      key = if value ? path then "path" else "deps";
    in
    if extra == [ ] || !(isAttrs value) || raw.isDerivation value || !(isList (value.${key} or [ ])) then value
    else value // { ${key} = value.${key} or [ ] ++ extra; };

  memberOf = job: if job ? _cirqueMatrix then { matrix.values = mapAttrs (_: raw.scalar) job._cirqueMatrix.values; } else { };

  # A place that is described by hooks: see executor-hooks.nix.
  withHooks = name: value:
    if isAttrs value && isExecutor (value.executor or null) && value.executor._cirqueExecutor ? hooks
    then hooked name value else value;

  job = carriers: where: value:
    let
      renamed = rename jobAliases (removeAttrs value [ "passthru" "_cirqueMatrix" ]);
      rest = convert where jobHandlers (removeAttrs renamed.attrs [ "steps" "services" ])
        // copyRepoOf value // memberOf value;
      known = carriers + closure.carrier rest;
      extra = extraPackagesOf value;
      steps = where': given:
        if isList given then map (item: step known extra where' (withExtraPackages extra item)) given else raw.raw where' given;
    in
    if !(isAttrs value) then raw.raw where value
    else rest
      // (if renamed.attrs ? steps then { steps = steps "${where}.steps" renamed.attrs.steps; } else { })
      // (if renamed.attrs ? services then { services = services known extra "${where}.services" renamed.attrs.services; } else { })
      // { "@pos" = renamed.positions; };

  # A job equal to {} is left out, for lib.optionalAttrs.
  jobs = carriers: where: value:
    let
      present = removeAttrs value (filter (name: value.${name} == { }) (attrNames value));
      place = name:
        let pos = raw.posOf present name; in
        if pos != null then pos else present.${name}._cirqueMatrix.position or null;
      places = map (name: { inherit name; value = place name; }) (attrNames present);
    in
    if !(isAttrs value) then raw.raw where value
    else mapAttrs (name: value: job carriers "${where}.${name}" (withHooks name value)) present
      // { "@pos" = listToAttrs (filter (entry: entry.value != null) places); };

  stepsOf = document:
    concatMap
      (entry: if !(isAttrs entry) then [ ] else
        (if isList (entry.steps or null) then filter isAttrs entry.steps else [ ])
        ++ (if isAttrs (entry.services or null) then filter isAttrs (attrValues (removeAttrs entry.services [ "@pos" ])) else [ ]))
      (if isAttrs (document.jobs or null) then attrValues (removeAttrs document.jobs [ "@pos" ]) else [ ]);
in
{
  # The document of a workflow; `tools` maps the token of a tool of the place to what the plan says about it.
  ofWorkflow = tool: workflow:
    let
      renamed = rename workflowAliases (removeAttrs workflow [ "extensions" ]);
      rest = convert "workflow" { inherit envFrom; env = raw.env; } (removeAttrs renamed.attrs [ "jobs" ]);
      carriers = closure.carrier rest;
      document = rest // { "@pos" = renamed.positions; }
        // (if workflow ? jobs then { jobs = jobs carriers "jobs" workflow.jobs; } else { });
      tokens = concatMap (entry: entry.closure.hostTools or [ ]) (stepsOf document);
      describe = token: { name = token; value = tool (builtins.head (match ".*-cirque-tool-(.*)" token)); };
    in
    document // { plan = 1; } // (if tokens == [ ] then { } else { hostTools = listToAttrs (map describe tokens); });
}
