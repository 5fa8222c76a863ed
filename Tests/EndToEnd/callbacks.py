"""A receiver of callbacks that says what it got and answers as it is told."""
import hashlib
import hmac
import http.server
import threading


class Receiver:
    """Answers each callback with the next of `statuses`, and with the last one for ever."""

    def __init__(self, statuses=(200,), headers=()):
        self.statuses = list(statuses)
        self.headers = dict(headers)
        self.calls = []
        self.condition = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.note(self.path, self.headers, body)
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, path, headers, body):
        with self.condition:
            self.calls.append((path, headers, body))
            self.condition.notify_all()
            return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def wait(self, count, seconds=30):
        with self.condition:
            assert self.condition.wait_for(lambda: len(self.calls) >= count, seconds), self.calls
            return self.calls[:count]

    def url(self, path="/hook", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def is_signed(headers, body, key):
    """Checks X-DCM-Signature as docs/exchange.md tells receivers to."""
    parts = dict(part.split("=", 1) for part in headers["X-DCM-Signature"].split(","))
    expected = hmac.new(key.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"])
