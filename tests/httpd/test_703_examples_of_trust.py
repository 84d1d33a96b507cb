# SPDX-License-Identifier: Apache-2.0
"""The examples about whom to trust: pinned CAs, CRLs, and certificates that have expired."""

import http.server
import os
import re
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.client import HandshakeError
from harness.examples import (EXAMPLES, FOREIGN, OWN, SHARED, acl, configure, crls, denied,
                              expect_refused_handshake, include, phone)
from harness.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PAST = dict(not_before=timedelta(days=-30), not_after=timedelta(days=-1))


def start(server, example, lines="", **defines):
    """With the laboratory's CAs as trust file; mod_ssl knows one more."""
    handshake = server.pki.pem_file("phones-and-others.pem", "root", "policy", "issuing1", "issuing2",
                                    "rogue")
    return configure(server, example, lines=lines, TRUST=server.pki.bundle,
                     PHONE_CA=handshake, **defines).start()


# 09


def pinned(server):
    start(server, include("09-pinned-ca-and-crl.conf"), "PolyAuthReloadInterval 1s",
          CRLS=crls(server))
    loaded(server, 0, 1)
    return server


def loaded(server, revoked, generation):
    path = re.escape(str(server.root / "conf/crls.pem"))
    server.log.wait_for(rf'PA2001: loaded "{path}" crls=4 revoked={revoked} generation={generation}$')


def test_a_pinned_maker_is_the_only_one_that_is_believed(server):
    pinned(server)
    assert server.get(OWN, cert=phone(server)).status == 200
    assert server.get(SHARED, cert=phone(server, "phone-b-issuing2")).status == 200
    assert denied(server) == []
    # mod_ssl takes both: one CA stands in its file, the other is sent and leads to the same root.
    for name in ("rogue-a", "sibling-a"):
        assert server.get(OWN, cert=phone(server, name)).status == 403
    assert server.get(FOREIGN, cert=phone(server)).status == 403
    assert denied(server) == ["issuer-untrusted", "issuer-untrusted", "mac-foreign"]
    expect_refused_handshake(server, "imposter-a")
    expect_refused_handshake(server, None)


def test_a_revocation_acts_on_connections_that_are_open(server):
    pinned(server)
    first = (server.root / "conf/crls.pem").read_text()
    a, b = phone(server), phone(server, "phone-b-issuing2")
    with server.connect(a) as of_a, server.connect(b) as of_b:
        assert of_a.get(OWN).status == of_b.get(FOREIGN).status == 200
        crls(server, a, number=2)
        loaded(server, 1, 2)
        assert of_a.get(OWN).status == 403
        assert of_b.get(FOREIGN).status == 200
        assert denied(server) == ["certificate-revoked"]
        crls(server, a, server.pki.ca("issuing2"), number=3)
        loaded(server, 2, 3)
        assert of_b.get(FOREIGN).status == 403
        assert denied(server) == ["certificate-revoked"]
        server.log.declare("PA2003")
        os.replace(server.write(server.root / "conf/first.pem", first), server.root / "conf/crls.pem")
        server.log.wait_for("PA2003: .*is older than")
        assert of_a.get(OWN).status == of_b.get(FOREIGN).status == 403


def test_a_certificate_ends_on_a_connection_that_is_open(server):
    pinned(server)
    soon = server.pki.issue(cn="0004F2AAAAAA", not_after=timedelta(seconds=4))
    with server.connect(soon) as connection:
        assert connection.get(OWN).status == 200
        end = soon.x509.not_valid_after.replace(tzinfo=timezone.utc) + timedelta(seconds=1)
        wait_until(lambda: datetime.now(timezone.utc) > end, "the certificate to end")
        assert connection.get(OWN).status == 403
    assert denied(server) == ["certificate-expired"]


@pytest.fixture
def issuers(server):
    """A web server with the CRL of each CA; what it serves is read anew from crls()."""

    class Issuers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.strip("/").removesuffix(".crl")
            pem = (server.pki.folder / f"{name}-{Issuers.number}.crl.pem").read_bytes()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(x509.load_pem_x509_crl(pem).public_bytes(Encoding.DER))

        def log_message(self, *_):
            pass

    Issuers.number = 1
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuers) as web:
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        Issuers.urls = [f"http://127.0.0.1:{web.server_port}/{name}.crl"
                        for name in ("root", "policy", "issuing1", "issuing2")]
        yield Issuers
        web.shutdown()
        thread.join()


def test_what_the_timer_runs_is_seen_by_the_server(server, issuers):
    pinned(server)
    a = phone(server)
    assert server.get(OWN, cert=a).status == 200
    server.pki.crl("issuing1", [a], number=2)
    for name in ("root", "policy", "issuing2"):
        server.pki.crl(name, number=2)
    issuers.number = 2
    done = subprocess.run(
        [ROOT / "scripts/fetch-crl", "--trust", server.pki.bundle, "--out",
         server.root / "conf/crls.pem", "--", *issuers.urls],
        env={"PATH": "/usr/bin:/bin", "no_proxy": "*"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded(server, 1, 2)
    assert server.get(OWN, cert=a).status == 403
    assert denied(server) == ["certificate-revoked"]


def test_the_example_and_the_service_speak_of_the_same_files():
    text = (EXAMPLES / "09-pinned-ca-and-crl.conf").read_text()
    service = (ROOT / "conf/systemd/polyauth-crl.service").read_text()
    for name, variable in (("TRUST", "POLYAUTH_CRL_TRUST"), ("CRLS", "POLYAUTH_CRL_OUT")):
        path = re.search(rf"^  Define POLYAUTH_{name} (\S+)$", text, re.MULTILINE).group(1)
        assert f"\nEnvironment={variable}={path}\n" in service
    assert "ExecStart=/usr/local/bin/fetch-crl " in service
    for command in ("install -m 0755 scripts/fetch-crl /usr/local/bin/fetch-crl",
                    "install -m 0644 conf/systemd/polyauth-crl.* /etc/systemd/system/",
                    "cat >/etc/default/polyauth-crl "):
        assert command in text


# 10


@pytest.fixture
def old_phones(server):
    server.write(server.root / "open/page.txt", "open")
    return start(server, include("10-expired-certificates.conf"), ACL=acl(server), lines=f"""\
Alias "/open" "{server.root}/open"
<Directory "{server.root}/open">
  Require all granted
</Directory>""")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_an_old_phone_that_is_named_is_served_as_any_other(old_phones, tls):
    server, old = old_phones, phone(old_phones, "expired")
    assert server.get(OWN, cert=old, tls=tls).status == 200
    assert server.get(SHARED, cert=old, tls=tls).status == 200
    assert denied(server) == []
    assert server.get(FOREIGN, cert=old, tls=tls).status == 403
    assert server.put(OWN, "x", cert=old, tls=tls).status == 403
    assert denied(server) == ["mac-foreign", "upload-refused"]


@pytest.mark.parametrize("cn, reason", [
    ("64167F000001", "certificate-expired"),  # by a range
    ("64167F000BAD", "acl-denied"),
    ("0004F2CCCCCC", "acl-unlisted"),
])
def test_an_old_phone_that_is_not_named_is_refused(old_phones, cn, reason):
    server, own = old_phones, f"/{cn.lower()}.cfg"
    server.write(own[1:], "x")
    assert server.get(own, cert=server.pki.issue(cn=cn, **PAST)).status == 403
    assert denied(server) == [reason]
    if reason == "certificate-expired":
        assert server.get(own, cert=server.pki.issue(cn=cn)).status == 200


def test_an_old_phone_gets_nothing_outside_the_folder(old_phones):
    server = old_phones
    assert server.get("/open/page.txt", cert=phone(server)).text == "open"
    assert denied(server) == []
    old = phone(server, "expired")
    answer = server.get("/open/page.txt", cert=old)
    assert answer.status == 403 and "open" not in answer.text.replace("/open/", "")
    assert server.get("*", cert=old, method="OPTIONS").status == 403
    assert denied(server) == ["certificate-expired", "certificate-expired"]


def test_nothing_but_the_end_of_the_certificate_is_excused(old_phones):
    server = old_phones
    sibling = server.pki.issue(cn="0004F2AAAAAA", issuer="sibling", **PAST)
    assert server.get(OWN, cert=sibling).status == 403
    assert denied(server) == ["issuer-untrusted"]
    server.log.declare("AH02039")
    for fault in (dict(issuer="imposter-issuing1", **PAST), dict(eku="server", **PAST),
                  dict(not_before=timedelta(days=1))):
        with pytest.raises(HandshakeError):
            server.get(OWN, cert=server.pki.issue(cn="0004F2AAAAAA", **fault))
