"""Headless Chromium's own WebSocket, on a page of the server, publishes and subscribes."""
import http.server
import json
import threading

import pytest

from bus_client import bus_client
from chromium import Chromium

OPEN_SOCKET = """
new Promise((resolve, reject) => {
  window.received = [];
  window.waiting = [];
  window.socket = new WebSocket(URL_HERE);
  socket.onmessage = (message) => {
    received.push(JSON.parse(message.data));
    waiting.forEach((check) => check());
  };
  socket.onopen = () => resolve("open");
  socket.onclose = (event) => resolve("closed " + event.code);
  window.wait = (condition) => new Promise((done) => {
    const check = () => { const found = received.find(condition); if (found) done(found); };
    waiting.push(check);
    check();
  });
  window.request = (message) => {
    socket.send(JSON.stringify(message));
    return wait((each) => each.type === "ack" && each.id === message.id);
  };
})
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Chromium(tmp_path_factory.mktemp("chromium") / "profile")
    yield browser
    browser.close()


def open_socket(browser, server, query="?global=0"):
    return browser.evaluate(OPEN_SOCKET.replace("URL_HERE", json.dumps(server.ws_url + query)))


def test_browser_publishes_and_subscribes(server, browser):
    browser.open(server.url + "/health")
    assert open_socket(browser, server) == "open"
    assert browser.evaluate("wait((each) => each.type === 'connected').then((each) => typeof each.client_id)") == "string"
    ack = browser.evaluate("request({type: 'subscribe', channel: 'topics/web', id: 's1'})")
    assert ack["success"] is True
    with bus_client(server) as other:
        other.subscribe("topics/web")
        other.publish("topics/web", "from.python", {"text": "grüße \U0001f600"})
        event = browser.evaluate("wait((each) => each.event === 'from.python')")
        assert event["data"] == {"text": "grüße \U0001f600"}
        publish = {"type": "publish", "channel": "topics/web", "event": "from.browser", "data": {"a": [1, None]}, "id": 9}
        assert browser.evaluate(f"request({json.dumps(publish)})")["success"] is True
        assert other.event("from.browser")["data"] == {"a": [1, None]}
    # The browser negotiates permessage-deflate; many messages use its shared window.
    assert browser.evaluate("socket.extensions").startswith("permessage-deflate")
    with bus_client(server) as other:
        for number in range(200):
            other.publish("topics/web", "many", {"n": number, "text": "again and again " * 20})
    assert browser.evaluate("wait((each) => each.event === 'many' && each.data.n === 199)")["data"]["n"] == 199
    numbers = browser.evaluate("received.filter((each) => each.event === 'many').map((each) => each.data.n)")
    assert numbers == list(range(200))


def test_page_of_another_origin_is_refused(server, browser):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>foreign</title>")

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as foreign:
        threading.Thread(target=foreign.serve_forever, daemon=True).start()
        browser.open(f"http://127.0.0.1:{foreign.server_port}/")
        assert open_socket(browser, server) == "closed 1006"
        fetched = browser.evaluate(f"fetch('{server.url}/health').then(() => 'read', () => 'refused')")
        assert fetched == "refused"
        foreign.shutdown()
