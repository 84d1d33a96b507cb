# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over its DevTools protocol as a person at a keyboard would."""

import base64
import hashlib
import itertools
import json
import shutil
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness import process
from harness.waiting import PATIENCE, wait_until

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).resolve().parents[3] / "build/axe-core/axe-4.14.1.min.js"
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Space": (32, " ")}


class Browser:
    """One process with a profile of its own; it believes the certificate of `server` alone."""

    def __init__(self, server):
        self._profile = Path(tempfile.mkdtemp(prefix="polyauth-chromium-"))
        self._output = open(self._profile / "output", "wb")
        self._process = process.spawn(
            [CHROMIUM, "--headless=new", "--remote-debugging-port=0", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-proxy-server",
             "--remote-allow-origins=*", f"--user-data-dir={self._profile}",
             f"--ignore-certificate-errors-spki-list={_spki(server.pki.server.cert)}", "about:blank"],
            {"PATH": "/usr/bin:/bin", "HOME": str(self._profile), "LANG": "C.UTF-8", "TZ": "UTC"},
            self._output)
        port_file = self._profile / "DevToolsActivePort"
        wait_until(lambda: port_file.exists() and "\n" in port_file.read_text(),
                   lambda: f"Chromium\n{(self._profile / 'output').read_text()}")
        self._port = port_file.read_text().split("\n")[0]

    def page(self, user=None, password=None):
        """A new tab; asked for a password, the person types this one."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/json/new?about:blank",
                                         method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return Page(json.load(answer)["webSocketDebuggerUrl"], user, password)

    def close(self):
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._output.close()
        shutil.rmtree(self._profile, ignore_errors=True)


class Page:
    def __init__(self, address, user, password):
        self._socket = websocket.create_connection(address, timeout=PATIENCE)
        self._numbers, self._login = itertools.count(1), (user, password)
        self._loads = 0
        self.complaints = []   # console errors and warnings, blocked and failed requests
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Fetch.enable", handleAuthRequests=True)

    # As a person.

    def open(self, url):
        self._load(lambda: self.call("Page.navigate", url=url))

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key):
        code, text = _KEYS[key]
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=" " if key == "Space" else key,
                      code=key, windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "")

    def press_and_load(self, key):
        self._load(lambda: self.press(key))

    def tab_to(self, selector):
        """Tab until this element has the focus; returns how many it took."""
        for count in range(1, 30):
            self.press("Tab")
            if self.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
                return count
        raise AssertionError(f"the keyboard does not reach {selector}")

    # As a test.

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText")

    def screen(self, width, height=900, dark=False, scripts=True):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, path):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(picture["data"]))

    def violations(self):
        """What axe-core finds serious or critical."""
        assert AXE.exists(), f"{AXE} is missing; run scripts/install-packages test"
        self.evaluate(AXE.read_text() + ";undefined")
        found = self.evaluate("axe.run(document).then(found => found.violations.map(each => "
                              "({id: each.id, impact: each.impact, help: each.help, "
                              "nodes: each.nodes.map(node => node.html)})))")
        return [each for each in found if each["impact"] in ("serious", "critical")]

    def close(self):
        self._socket.close()

    # Inside.

    def call(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return self._read_until(lambda message: message.get("id") == number, method)

    def _load(self, action):
        before = self._loads
        action()
        self._read_until(lambda _: self._loads > before, "the page to load")

    def _read_until(self, is_it, what):
        deadline = time.monotonic() + PATIENCE
        if what == "the page to load" and is_it(None):
            return None
        while time.monotonic() < deadline:
            message = json.loads(self._socket.recv())
            self._note(message)
            if is_it(message):
                assert "error" not in message, (what, message["error"])
                return message.get("result")
        raise AssertionError(f"waited in vain for {what}")

    def _note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loads += 1
        elif method == "Fetch.requestPaused":
            self._say("Fetch.continueRequest", requestId=parameters["requestId"])
        elif method == "Fetch.authRequired":
            user, password = self._login
            self._say("Fetch.continueWithAuth", requestId=parameters["requestId"],
                      authChallengeResponse={"response": "ProvideCredentials", "username": user,
                                             "password": password} if user else
                      {"response": "CancelAuth"})
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
            self.complaints.append(str(parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))

    def _say(self, method, **parameters):
        """Without waiting for the answer, which _read_until() will pass over."""
        self._socket.send(json.dumps(
            {"id": next(self._numbers), "method": method, "params": parameters}))


def _spki(certificate):
    key = x509.load_pem_x509_certificate(Path(certificate).read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return base64.b64encode(digest.digest()).decode()
