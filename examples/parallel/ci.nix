# Jobs start as soon as everything in their `needs` is done; what does not need each other runs at the same time.
#
#   lint ──┐
#   unit ──┼── package ── publish
#   docs ──┘
{ cirque, ... }:
let
  say = text: { name = "say"; bash = "echo ${text}"; };
in
cirque.mkWorkflow {
  name = "parallel";

  jobs = {
    lint.steps = [ (say "linting") ];
    unit.steps = [ (say "testing") ];
    docs.steps = [ (say "writing") ];

    package = {
      needs = [ "lint" "unit" "docs" ];
      steps = [ (say "packaging") ];
    };

    publish = {
      needs = [ "package" ];
      steps = [ (say "publishing") ];
    };
  };
}
