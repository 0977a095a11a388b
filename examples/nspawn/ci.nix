# SPDX-License-Identifier: Apache-2.0
# Jobs in machines of systemd-nspawn, thrown away afterwards. Needs root, and a root file system, made once:
#
#   mmdebstrap --include=systemd,systemd-sysv,dbus bookworm /var/lib/machines/debian
{ cirque }:
let
  debian = cirque.executors.nspawn { rootfs = "/var/lib/machines/debian"; };
in
cirque.mkWorkflow {
  name = "nspawn";
  jobs = {
    # Root in a machine of its own: what it does to the system is gone with the job.
    reckless = {
      executor = debian;
      steps = [
        { name = "where"; bash = ''. /etc/os-release; echo "running on $PRETTY_NAME"; test "$(id -u)" = 0''; }
        { name = "break"; bash = "rm -r /etc/apt /usr/share; test ! -e /etc/apt"; }
      ];
    };

    # The same system booted, to see a service as it will really run.
    service = {
      executor = debian { boot = true; };
      steps = [
        {
          name = "install";
          bash = ''
            install -m 755 clock.sh /usr/local/bin/clock
            install -m 644 clock.service /etc/systemd/system/
            systemctl daemon-reload
            systemctl start clock
          '';
        }
        {
          name = "survives-a-crash";
          timeout = "30s";
          bash = ''
            pid() { systemctl show --property=MainPID --value clock; }
            first=$(pid)
            kill -KILL "$first"
            until [ "$(pid)" != 0 ] && [ "$(pid)" != "$first" ]; do sleep 0.1; done
            systemctl is-active clock
            echo "systemd has started it again"
          '';
        }
      ];
    };
  };
}
