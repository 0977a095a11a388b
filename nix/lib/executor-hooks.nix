# SPDX-License-Identifier: Apache-2.0
# An executor written as hooks that give bash text (setupJob, executeJob, saveArtifact, ...): its jobs become local
# jobs whose steps are those texts. The engine keeps what it always does: conditions, retries, timeouts, artifacts.
{ writeShellApplication, lib }:
let
  inherit (builtins) attrNames concatStringsSep functionArgs intersectAttrs isAttrs isFunction isList isString map;

  # A hook may name fewer arguments than there are.
  call = hook: arguments:
    if !(isFunction hook) then (if isString hook then hook else "")
    else
      let named = functionArgs hook; in
      hook (if named == { } then arguments else intersectAttrs named arguments);

  prelude = ''
    export NIXACTIONS_ARTIFACTS_DIR="$JOB_DIR/.cirque-artifacts" NIXACTIONS_LOG_FORMAT=simple WORKFLOW_SHORT_ID="''${WORKFLOW_ID:0:8}"
    mkdir -p "$NIXACTIONS_ARTIFACTS_DIR"
  '';

  # What a setup exports, the other hooks see.
  exporting = text: ''
    cirque_before=" $(compgen -e | tr '\n' ' ') "
    ${text}
    for cirque_name in $(compgen -e); do
      case $cirque_before in *" $cirque_name "*) ;; *) declare -p "$cirque_name" >>"$JOB_ENV" ;; esac
    done
  '';

  # The job's variables as a file that a shell can source, where only this user sees it.
  envFile = "NIXACTIONS_JOB_ENV_FILE";
  withEnvFile = ''
    ${envFile}=''${JOB_ENV%/*}/hooks.env
    export -p >"''$${envFile}"
  '';

  isPackage = value: isAttrs value && value.type or null == "derivation";

  action = step:
    if isPackage step || !(isAttrs step) then step
    else
      let
        given = step.bash or step.run or "";
        text = if isList given then lib.escapeShellArgs given else given;
      in
      writeShellApplication { name = step.name or "step"; inherit text; runtimeInputs = step.deps or step.path or [ ]; }
      // { passthru = { bash = text; env = step.env or { }; }; };

  inputOf = input: if isAttrs input then { path = "."; } // input else { name = input; path = "."; };
  pathOf = output: if isAttrs output then output.path else output;
in
jobName: job:
let
  hooks = job.executor._cirqueExecutor.hooks;
  steps = job.steps or job.actions or [ ];
  actions = map action steps;
  place = hooks.name or "executor";
  text = name: arguments: call (hooks.${name} or null) arguments;
  inputs = map inputOf (job.inputs or [ ]);
  outputs = job.outputs or { };

  setup = {
    name = "set up ${place}";
    bash = prelude + exporting (concatStringsSep "\n" ([
      (text "setupWorkspace" { actionDerivations = actions; })
      (text "setupJob" { inherit jobName; actionDerivations = actions; })
    ] ++ map (input: text "restoreArtifact" { inherit (input) name path; inherit jobName; }) inputs));
  };

  execute = step:
    let
      run = action step;
      body = text "executeJob" { inherit jobName envFile; actionDerivations = [ run ]; env = job.env or { }; };
      rest = if isPackage step then { name = step.pname or step.name; } else removeAttrs step [ "bash" "run" "deps" "path" ];
    in
    rest // { bash = prelude + withEnvFile + body; };

  # The hook puts the artifact among its own; the engine takes it from the job's folder.
  save = name:
    let path = pathOf outputs.${name}; kept = lib.escapeShellArg "${name}/${path}"; here = lib.escapeShellArg path; in
    ''
      ${text "saveArtifact" { inherit name path jobName; }}
      if [ -e "$NIXACTIONS_ARTIFACTS_DIR"/${kept} ] && [ ! -e "$JOB_DIR"/${here} ]; then
        mkdir -p "$(dirname "$JOB_DIR"/${here})"
        cp -a "$NIXACTIONS_ARTIFACTS_DIR"/${kept} "$JOB_DIR"/${here}
      fi
    '';

  saving = { name = "save artifacts"; bash = prelude + concatStringsSep "\n" (map save (attrNames outputs)); };

  cleanup = {
    name = "clean up ${place}";
    condition = "always()";
    bash = prelude + concatStringsSep "\n" [
      (text "cleanupJob" { inherit jobName; })
      (text "cleanupWorkspace" { actionDerivations = actions; })
    ];
  };
in
if !(isList steps) then job
else removeAttrs job [ "actions" ] // {
  steps = [ setup ] ++ map execute steps ++ (if outputs == { } then [ ] else [ saving ]) ++ [ cleanup ];
} // (if inputs == [ ] then { } else {
  inputs = map (input: input // { path = ".cirque-artifacts/${input.name}"; }) inputs;
})
