"""Notes over HTTP, kept in PostgreSQL: GET /notes, POST /notes, GET /health."""
import http.server
import json
import os
import subprocess


def query(sql, **values):
    """The rows of one column; values are passed as psql variables, never pasted."""
    words = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
    for name, value in values.items():
        words += ["-v", f"{name}={value}"]
    done = subprocess.run(words, input=sql, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


class Notes(http.server.BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        try:
            if self.path == "/health":
                self.answer(200, query("select 1;"))
            elif self.path == "/notes":
                self.answer(200, query("select text from notes order by id;"))
            else:
                self.answer(404, "not found")
        except subprocess.CalledProcessError as error:
            self.answer(503, error.stderr)

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query("insert into notes (text) values (:'text');", text=text)
        self.answer(201, text)


port = int(os.environ["SERVICE_WEB_PORT"])
print(f"listening on {port}")
http.server.ThreadingHTTPServer(("127.0.0.1", port), Notes).serve_forever()
