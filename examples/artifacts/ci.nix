# Files that one job makes and another needs. Each job has a folder of its own, so they travel as artifacts:
# `outputs` names what is kept, `inputs` what is put back, with modes, links, dotfiles and times.
{ cirque, ... }:
cirque.mkWorkflow {
  name = "artifacts";

  jobs = {
    build = {
      outputs = { program = "dist/bin/"; settings = ".settings"; };
      steps = [
        {
          name = "make";
          bash = ''
            mkdir -p dist/bin
            printf '#!/bin/sh\necho works\n' > dist/bin/tool
            chmod 755 dist/bin/tool
            ln -s tool dist/bin/alias
            echo 'answer = 42' > .settings
          '';
        }
      ];
    };

    # A missing artifact fails its job; `when = "always"` keeps files of a failed job too, for example its report.
    report = {
      outputs.report = { path = "report.txt"; when = "always"; };
      steps = [ { name = "write"; bash = "echo 'all is well' > report.txt"; } ];
    };

    test = {
      needs = [ "build" "report" ];
      inputs = [ "program" "settings" { name = "report"; path = "reports"; } ];
      steps = [
        {
          name = "use";
          bash = ''
            test "$(dist/bin/tool)" = works
            test "$(readlink dist/bin/alias)" = tool
            grep -q 42 .settings
            cat reports/report.txt
          '';
        }
      ];
    };
  };
}
