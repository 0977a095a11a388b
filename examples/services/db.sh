# shellcheck shell=bash
# A PostgreSQL that lives as long as this script. It refuses to run as root, and another user cannot enter the job's
# folder, so that its files then lie elsewhere.
set -euo pipefail
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
PATH=$PATH:$programs
as=()
data=$JOB_DIR/.postgres
if [ "$(id -u)" = 0 ]; then
  data=$(mktemp -d /tmp/postgres-XXXXXX)
  chown postgres "$data"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  cd /
fi
running=
trap 'kill -INT $running 2>/dev/null || true' TERM INT
trap 'wait; rm -rf "$data"' EXIT
"${as[@]}" initdb -D "$data" -U "$PGUSER" -A trust --no-sync >/dev/null
"${as[@]}" postgres -D "$data" -p "$SERVICE_DB_PORT" -c listen_addresses=127.0.0.1 -c fsync=off \
  -c unix_socket_directories="$data" &
running=$!
wait "$running" || wait "$running" || exit 0 # the signal ends the first wait
