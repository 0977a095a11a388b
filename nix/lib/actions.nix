# SPDX-License-Identifier: Apache-2.0
# Ready-made steps. Each says what it found and fails when what it promises is not there.
{ pkgs, lib }:
let
  inherit (lib) concatMapStrings escapeShellArg getBin;

  # Usable as it is or called with arguments.
  configurable = make: make { } // { __functor = _: make; };

  isHost = pkg: pkg ? _cirqueTool;

  # Later steps see a real package only through JOB_ENV; a tool of the place is on PATH anyway.
  keepOnPath = packages:
    concatMapStrings (pkg: "echo \"export PATH=${getBin pkg}/bin:\\$PATH\" >> \"$JOB_ENV\"\n")
      (builtins.filter (pkg: !(isHost pkg)) packages);

  require = programs: concatMapStrings
    (program: "command -v ${escapeShellArg program} > /dev/null || { echo \"this place has no program '${program}'\" >&2; exit 127; }\n")
    programs;

  programsOf = pkg: if isHost pkg then pkg._cirqueTool.programs else [ ];

  # The version that was asked for is checked, because the place, not this library, chooses it.
  checkVersion = what: command: version: lib.optionalString (version != null) ''
    found="$(${command})"
    case "$found" in
      *[!0-9.]${version} | *[!0-9.]${version}.* | ${version} | ${version}.*) ;;
      *) echo "${what} ${version} was asked for, but this place has $found" >&2; exit 1 ;;
    esac
  '';

  setup = { name, package, command, what, version }: {
    inherit name;
    deps = [ package ];
    bash = require (programsOf package) + checkVersion what command version + keepOnPath [ package ] + command;
  };

  versioned = prefix: default: version:
    let attr = prefix + toString version; in
    if version != null && pkgs ? ${attr} then pkgs.${attr} else default;

  npm = name: command: { inherit name; deps = [ pkgs.nodejs ]; bash = command; };

  byPath = name: lib.attrByPath (lib.splitString "." name)
    (throw "cirque: actions.nixShell: there is no package '${name}'") pkgs;
in
{
  # The workspace already holds the tree; this says which.
  checkout = {
    name = "checkout";
    bash = ''
      if command -v git > /dev/null && commit="$(git rev-parse --verify --quiet HEAD 2> /dev/null)"; then
        changed="$(git status --porcelain | wc -l)"
        echo "the workspace holds commit $commit with $changed changed files"
      elif [ -n "$(ls -A)" ]; then
        echo "the workspace holds a copy of the tree (no git commit is known)"
      else
        echo "this job's folder is empty: with copyRepo = false there is nothing to check out" >&2
        exit 1
      fi
    '';
  };

  setupNode = configurable ({ version ? null }: setup {
    name = "setup-node"; what = "Node.js"; command = "node --version";
    # node prints v20.1.0
    package = versioned "nodejs_" pkgs.nodejs version; inherit version;
  });

  setupPython = configurable ({ version ? null }: setup {
    name = "setup-python"; what = "Python"; command = "python3 --version";
    package = if isHost pkgs.python3 || version == null then pkgs.python3
      else versioned "python" pkgs.python3 (lib.replaceStrings [ "." ] [ "" ] version);
    inherit version;
  });

  setupRust = configurable ({ ... }: {
    name = "setup-rust";
    deps = [ pkgs.rustc pkgs.cargo ];
    bash = require [ "rustc" "cargo" ] + keepOnPath [ pkgs.rustc pkgs.cargo ] + "rustc --version\ncargo --version\n";
  });

  nixShell = names:
    let packages = map byPath names; in
    {
      name = "nix-shell";
      deps = packages;
      bash = require (lib.concatMap programsOf packages) + keepOnPath packages
        + "echo ${escapeShellArg "on PATH: ${lib.concatStringsSep " " names}"}\n";
    };

  npmInstall = npm "npm-install" "if [ -f package-lock.json ]; then npm ci; else npm install; fi";
  npmTest = npm "npm-test" "npm test";
  npmBuild = npm "npm-build" "npm run build";
  npmLint = npm "npm-lint" "npm run lint";
}
