# SPDX-License-Identifier: Apache-2.0
"""The examples with applications, the micro-browser and phones of other makers."""

import http.server
import threading

import pytest

from harness import process
from harness.client import HandshakeError
from harness.examples import EXAMPLES, FOREIGN, OWN, SHARED, configure, denied, include, phone


# 05


def front_controller(server):
    configure(server, include("05-front-controller.conf"), modules=("cgi",))
    server.write("provision.cgi", (EXAMPLES / "provision.cgi").read_text(), mode=0o755)
    for path in (OWN, FOREIGN):
        (server.docroot / path[1:]).unlink()
    return server.start()


def test_the_front_controller_is_told_the_device(server):
    front_controller(server)
    a = phone(server)
    for target in (OWN, "/site/0004F2AAAAAA-extra.cfg", "/provision.cgi?mac=00:04:F2:AA:AA:AA"):
        assert 'reg.1.address="0004f2aaaaaa"' in server.get(target, cert=a).text, target
    posted = server.get("/provision.cgi?mac=0004f2aaaaaa", cert=a, method="POST", body="x=1",
                        headers={"POLYAUTH_MAC": "0004f2bbbbbb", "Polyauth-Mac": "0004f2bbbbbb"})
    assert 'reg.1.address="0004f2aaaaaa"' in posted.text
    assert server.get(SHARED, cert=a).status == 200
    assert denied(server) == []


@pytest.mark.parametrize("target, reason", [
    (FOREIGN, "mac-foreign"),
    (OWN + "?for=0004f2bbbbbb", "mac-foreign"),
    ("/provision.cgi?mac=0004f2bbbbbb", "mac-foreign"),
    ("/provision.cgi/0004f2bbbbbb.cfg?mac=0004f2aaaaaa", "mac-foreign"),
    ("/provision.cgi?mac=0004f2aaaaaa&MAC=0004f2aaaaaa", "mac-missing"),
    ("/provision.cgi", "mac-missing"),
    ("/", "mac-missing"),
    ("/000000000000-license.cfg", "mac-missing"),  # shared, but no file: goes to the program
])
def test_the_front_controller_is_not_reached_for_others(server, target, reason):
    front_controller(server)
    assert server.get(target, cert=phone(server)).status == 403
    assert denied(server) == [reason]


# 06


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers with the request it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = f"{self.path}\n{self.headers}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def backend():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend) as application:
        application.daemon_threads = True
        thread = threading.Thread(target=application.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{application.server_port}"
        application.shutdown()
        thread.join()


def test_the_backend_is_told_the_device_whatever_the_client_sends(server, backend):
    configure(server, include("06-behind-proxy.conf"), modules=("headers", "proxy", "proxy_http"),
              BACKEND=backend).start()
    a = phone(server)
    answer = server.get(OWN, cert=a, headers={"X-Polyauth-Mac": "0004f2bbbbbb",
                                              "X_Polyauth_Mac": "0004f2bbbbbb"})
    assert answer.status == 200 and answer.text.startswith(OWN + "\n")
    sent = [line for line in answer.text.lower().splitlines() if "polyauth" in line]
    assert sent == ["x-polyauth-mac: 0004f2aaaaaa"]
    assert server.get(SHARED, cert=a).status == 200
    assert denied(server) == []
    assert server.get(FOREIGN, cert=a).status == 403
    assert server.get("/status", cert=a).status == 403
    assert server.get(OWN + "?copy=0004f2bbbbbb", cert=a).status == 403
    assert denied(server) == ["mac-foreign", "mac-missing", "mac-foreign"]


# 07


def micro_browser(server, **defines):
    pages = server.root / "pages"
    server.write(pages / "idle.html", "<html>idle</html>")
    return configure(server, include("07-micro-browser.conf"), modules=("authz_host",),
                     BROWSER_PAGES=pages, **defines).start()


def test_the_micro_browser_reads_its_pages_and_nothing_else(server):
    micro_browser(server)
    assert server.get("/browser/idle.html").text == "<html>idle</html>"
    assert server.get(OWN, cert=phone(server)).status == 200
    assert denied(server) == []
    for target in (OWN, SHARED, "/", "/browser/../0004f2aaaaaa.cfg", "/browser/%2e%2e/0004f2aaaaaa.cfg"):
        assert server.get(target).status == 403, target
    assert set(denied(server)) == {"no-certificate"}
    assert server.get(FOREIGN, cert=phone(server)).status == 403
    assert denied(server) == ["mac-foreign"]


def test_the_pages_of_the_micro_browser_are_for_its_network(server):
    micro_browser(server, BROWSER_NET="192.0.2.0/24")
    assert server.get("/browser/idle.html").status == 403
    assert server.get(OWN, cert=phone(server)).status == 200


# 08


@pytest.fixture
def other_makers(server):
    """Each maker has a CA of its own: those of the laboratory stand for them."""
    ports = {"YEALINK": server.tls_port, "SNOM": server.plain_port}
    holder = process.reserve_port()
    ports["CISCO"] = holder.getsockname()[1]
    ca = {maker: server.pki.pem_file(f"{maker}.pem", "root", "policy", *names) for maker, names in {
        "YEALINK": ["issuing1"], "SNOM": ["issuing1"], "CISCO": ["issuing1"]}.items()}
    ca["SNOM"] = server.pki.pem_file("SNOM.pem", "imposter-root", "imposter-policy",
                                     "imposter-issuing1")
    configure(server, include("08-other-makers.conf"),
              **{f"LISTEN_{maker}": f"127.0.0.1:{port}" for maker, port in ports.items()},
              **{f"{maker}_CA": path for maker, path in ca.items()}).start()

    def ask(maker, target, subject, issuer="issuing1"):
        server.tls_port = ports[maker]
        return server.get(target, cert=server.pki.issue(subject=subject, issuer=issuer)).status

    server.ask = ask
    yield server
    server.tls_port = ports["YEALINK"]
    holder.close()


OLD_YEALINK = [("O", "Yealink Network Technology Co., Ltd."), ("CN", "yealink.com"),
               ("serialNumber", "ffffffff-ffff-ffff-fff0-0004f2aaaaaa")]


@pytest.mark.parametrize("maker, subject, own, foreign, shared, issuer", [
    ("YEALINK", OLD_YEALINK, OWN, FOREIGN, "y000000000065.cfg", "issuing1"),
    ("YEALINK", [("CN", "0004F2AAAAAA")], OWN, FOREIGN, "y000000000065.cfg", "issuing1"),
    ("SNOM", [("CN", "0004F2AAAAAA")], "/snom710-0004F2AAAAAA.htm", "/snom710-0004F2BBBBBB.htm",
     "snom710.htm", "imposter-issuing1"),
    ("CISCO", [("OU", "CTG"), ("CN", "CP-8861-SEP0004F2AAAAAA")], "/SEP0004F2AAAAAA.cnf.xml",
     "/SEP0004F2BBBBBB.cnf.xml", "sip88xx.loads", "issuing1"),
    ("CISCO", [("OU", "SPA-962"), ("L", "88012BA01234"), ("ST", "0004f2aaaaaa")],
     "/0004f2aaaaaa.xml", "/0004f2bbbbbb.xml", "spa962.cfg", "issuing1"),
])
def test_phones_of_other_makers(other_makers, maker, subject, own, foreign, shared, issuer):
    server = other_makers
    for name in (own, foreign, shared):
        server.write(name.lstrip("/"), "x")
    assert server.ask(maker, own, subject, issuer) == 200
    assert server.ask(maker, "/" + shared, subject, issuer) == 200
    assert denied(server) == []
    assert server.ask(maker, foreign, subject, issuer) == 403
    assert denied(server) == ["mac-foreign"]


@pytest.mark.parametrize("maker, subject", [
    ("YEALINK", [("CN", "yealink.com"), ("serialNumber", "generic")]),
    ("CISCO", [("OU", "cisco.com"), ("L", "ciscogeneric"), ("ST", "ciscogeneric")]),
])
def test_a_certificate_that_many_phones_share_names_none(other_makers, maker, subject):
    assert other_makers.ask(maker, OWN, subject) == 403
    assert denied(other_makers) == ["identity-malformed"]


def test_the_ca_of_one_maker_does_not_count_at_the_port_of_another(other_makers):
    other_makers.log.declare("AH02039")
    with pytest.raises(HandshakeError):
        other_makers.ask("SNOM", OWN, [("CN", "0004F2AAAAAA")], issuer="issuing1")
