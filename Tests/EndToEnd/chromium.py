"""Headless Chromium, driven over the DevTools protocol."""
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 60


def find_browser():
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and shutil.which(name):
            return shutil.which(name)
    raise AssertionError("no Chromium or Google Chrome found. Run: script/bootstrap --test, or set CHROMIUM")


class Chromium:
    def __init__(self, profile):
        self.log = open(profile.with_suffix(".log"), "w+b")
        self.process = subprocess.Popen(
            [
                find_browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--no-proxy-server", "--remote-debugging-port=0", "--remote-allow-origins=*",
                f"--user-data-dir={profile}", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
        )
        self.ids = itertools.count(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.devtools_port()}/json/list", timeout=20) as response:
            pages = [page for page in json.load(response) if page["type"] == "page"]
        self.context = contextlib.ExitStack()
        url = pages[0]["webSocketDebuggerUrl"]
        self.socket = self.context.enter_context(connect(url, proxy=None, max_size=None))

    def devtools_port(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with open(self.log.name, "rb") as log:
                text = log.read().decode(errors="replace")
            if found := re.search(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/", text):
                return int(found.group(1))
            assert self.process.poll() is None, f"Chromium ended:\n{text}"
            time.sleep(0.05)
        raise AssertionError(f"Chromium did not start within {START_SECONDS} s:\n{text}")

    def call(self, method, **parameters):
        id = next(self.ids)
        self.socket.send(json.dumps({"id": id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=60))
            if message.get("id") == id:
                assert "error" not in message, message
                return message["result"]

    def open(self, url):
        """Opens the page and waits until it has loaded."""
        self.call("Page.enable")
        id = next(self.ids)
        self.socket.send(json.dumps({"id": id, "method": "Page.navigate", "params": {"url": url}}))
        loaded = answered = False
        while not (loaded and answered):
            message = json.loads(self.socket.recv(timeout=60))
            answered = answered or message.get("id") == id
            loaded = loaded or message.get("method") == "Page.loadEventFired"
        assert self.evaluate("location.href") == url

    def evaluate(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def close(self):
        self.context.close()
        self.process.kill()
        self.process.wait()
        self.log.close()
