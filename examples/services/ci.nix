# A small web application, tested against a real PostgreSQL. Both run as services of the job: they are up before
# its first step and are ended after its last. `cirque logs RUN test/db` has what the database said.
{ cirque, ... }: cirque.mkWorkflow {
  name = "services";
  jobs.test = {
    services = {
      # With nixpkgs: deps = [ pkgs.postgresql ]. This one looks for what the machine has.
      db = {
        exec = "exec bash db.sh";
        ports = [ 15432 ];
        ready.exec = "psql -qc 'select 1' >/dev/null";
      };
      # Answers when its database does, so nothing says which one comes first.
      web = {
        exec = [ "python3" "-u" "app.py" ];
        ports.http = 18080;
        ready.http = "http://localhost:18080/health";
      };
    };
    env = { PGHOST = "127.0.0.1"; PGPORT = 15432; PGUSER = "app"; PGDATABASE = "postgres"; };
    steps = [
      { name = "schema"; bash = "psql -qc 'create table notes (id serial primary key, text text not null)'"; }
      { name = "test"; bash = "python3 -u test_app.py"; }
      { name = "in the database"; bash = "test \"$(psql -Atc 'select count(*) from notes')\" = 2"; }
    ];
  };
}
