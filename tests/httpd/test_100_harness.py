# SPDX-License-Identifier: Apache-2.0
"""The harness itself, on an httpd without the module: what it promises to other tests."""

import os
import re

import pytest

from harness.client import HandshakeError

OWN, FOREIGN = "/0004f2aaaaaa.cfg", "/0004f2bbbbbb.cfg"
VERSIONS = ["1.2", "1.3"]
SHOW = ('Header always set X-Verify "expr=%{SSL_CLIENT_VERIFY}"\n'
        'Header always set X-Session "expr=%{SSL_SESSION_RESUMED}"\n'
        'Header always set X-Cn "expr=%{SSL_CLIENT_S_DN_CN}"\n')


def fill(server):
    server.write("0004f2aaaaaa.cfg", "config of a\n")
    server.write("0004f2bbbbbb.cfg", "config of b\n")
    server.write("000000000000.cfg", "the default\n")
    server.write("0004f2aaaaaa/0004f2bbbbbb.cfg", "config of b\n")
    return server


@pytest.fixture(scope="module")
def optional(make_shared_server):
    server = fill(make_shared_server(polyauth=False, modules=["headers"]))
    return server.configure(ssl_verify="optional", vhost_lines=SHOW, session_cache=True).start()


@pytest.fixture(scope="module")
def required(make_shared_server):
    server = fill(make_shared_server(polyauth=False, modules=["headers"]))
    return server.configure(ssl_verify="require", vhost_lines=SHOW).start()


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_client_shows_its_certificate_or_none(optional, pki, tls):
    with_certificate = optional.get(OWN, cert=pki.leaf("phone-a"), tls=tls)
    assert (with_certificate.status, with_certificate.text) == (200, "config of a\n")
    assert with_certificate.headers["X-Verify"] == "SUCCESS"
    assert with_certificate.headers["X-Cn"] == "0004F2AAAAAA"
    without = optional.get(OWN, tls=tls)
    assert (without.status, without.headers["X-Verify"]) == (200, "NONE")
    optional.access.wait_for(rf'protocol=TLSv{tls} verify=SUCCESS cn="0004F2AAAAAA"')


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name, alerts", [
    (None, {"1.2": "handshake_failure", "1.3": "certificate_required"}),
    ("expired", {"1.2": "certificate_expired", "1.3": "certificate_expired"}),
    ("rogue-a", {"1.2": "unknown_ca", "1.3": "unknown_ca"}),
    ("imposter-a", {"1.2": "decrypt_error", "1.3": "decrypt_error"}),
])
def test_a_refused_handshake_tells_its_alert(required, pki, tls, name, alerts):
    # Again and again: the alert races with the request that TLS 1.3 sends already.
    for _ in range(10):
        with pytest.raises(HandshakeError) as refused:
            required.get(OWN, cert=name and pki.leaf(name), tls=tls)
        assert refused.value.alert == alerts[tls]
    required.log.declare("AH02039")


def test_every_certificate_of_the_matrix_can_be_presented(optional, pki):
    refused = set()
    for name in pki.names():
        try:
            assert optional.get(OWN, cert=pki.leaf(name)).headers["X-Verify"] == "SUCCESS"
        except HandshakeError:
            refused.add(name)
    optional.log.declare("AH02039", "AH01875")
    assert refused == {
        "expired", "not-yet-valid", "server-eku", "self-signed-a", "self-signed-b", "rogue-a",
        "rogue-b", "imposter-a", "imposter-b", "signed-by-phone-b"}


@pytest.mark.parametrize("tls", VERSIONS)
def test_resumption_resumes(optional, pki, tls):
    with optional.connect(pki.leaf("phone-a"), tls=tls) as first:
        assert first.request(OWN).headers["X-Session"] == "Initial"
        assert not first.resumed
        with first.resume() as second:
            answer = second.request(OWN)
            assert second.resumed
    assert (answer.headers["X-Session"], answer.headers["X-Cn"]) == ("Resumed", "0004F2AAAAAA")


def test_keep_alive_serves_several_requests(optional, pki):
    with optional.connect(pki.leaf("phone-a")) as connection:
        for target, status in [(OWN, 200), ("/nothing", 404)] * 5:
            assert connection.request(target).status == status
        assert connection.request(OWN, method="HEAD").body == b""
        assert connection.request(OWN).text == "config of a\n"


@pytest.mark.parametrize("target, status", [
    ("/x/../0004f2aaaaaa.cfg", 200), ("/%30004f2aaaaaa.cfg", 200),
    ("/x%2f..%2f0004f2aaaaaa.cfg", 404), ("https://localhost/0004f2aaaaaa.cfg", 200), ("/../0004f2aaaaaa.cfg", 400), (b"/\xff", 404),
])
def test_targets_are_sent_as_they_are(optional, target, status):
    answer = optional.get(target)
    assert answer.status == status, answer
    sent = target if isinstance(target, str) else r"/\xff"
    optional.access.wait_for(re.escape(f'"GET {sent} HTTP/1.1"'))
    optional.log.declare("AH10244")


@pytest.mark.parametrize("tls", VERSIONS)
def test_http2_is_http2_and_tells_a_refused_handshake(make_server, pki, tls):
    # prefork cannot.
    server = fill(make_server(polyauth=False, mpm="event", modules=["headers", "http2"]))
    server.configure(vhost_lines=SHOW, tls_lines="Protocols h2 http/1.1").start()
    options = dict(http2=True, tls=tls)
    answer = server.get(OWN, cert=pki.leaf("phone-a"), **options)
    assert (answer.version, answer.status, answer.text) == ("HTTP/2", 200, "config of a\n")
    assert answer.headers["X-Cn"] == "0004F2AAAAAA"
    assert server.get(OWN, cert=pki.leaf("phone-a"), method="HEAD", **options).body == b""
    with pytest.raises(HandshakeError) as refused:
        server.get(OWN, cert=pki.leaf("expired"), **options)
    assert refused.value.alert == "certificate_expired"
    server.log.declare("AH02039")


def test_the_plain_port_answers_and_sni_may_be_absent(optional):
    assert optional.get(OWN, plain=True).text == "config of a\n"
    assert optional.get(OWN, sni=None).text == "config of a\n"


PER_DIRECTORY = '<Location "/0004f2aaaaaa.cfg">\nSSLVerifyClient require\n</Location>\n' + SHOW


@pytest.mark.parametrize("tls, pha", [("1.2", False), ("1.3", True), ("1.3", False)])
def test_a_certificate_can_be_asked_for_later(make_server, pki, tls, pha):
    # Renegotiation in TLS 1.2, post-handshake authentication in TLS 1.3.
    server = fill(make_server(polyauth=False, modules=["headers"]))
    server.configure(ssl_verify=None, vhost_lines=PER_DIRECTORY).start()
    with server.connect(pki.leaf("phone-a"), tls=tls, pha=pha) as connection:
        assert connection.request(FOREIGN).headers["X-Verify"] == "NONE"
        answer = connection.request(OWN)
    if tls == "1.3" and not pha:
        server.log.declare("AH10158")
        assert answer.status == 403
    else:
        assert answer.headers["X-Cn"] == "0004F2AAAAAA"


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_every_mpm_starts_restarts_and_stops(make_server, mpm):
    server = fill(make_server(polyauth=False, mpm=mpm))
    server.configure(ssl_verify=None).start()
    parent, first = server.pid, set(server.children())
    for again in (server.graceful, server.restart):
        again()
        assert server.get(OWN).status == 200
    assert server.pid == parent and len(first) >= 2 and not first & set(server.children())
    children = server.children()
    server.stop()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in [parent, *children])


def test_a_connection_survives_a_graceful_restart_of_its_server(make_server):
    server = fill(make_server(polyauth=False, mpm="event")).configure(ssl_verify=None)
    server.start()
    with server.connect() as connection:
        connection.send(b"GET /0004f2aaaaaa.cfg HTTP/1.1\r\nHost: localhost\r\n")
        server.graceful()
        connection.send(b"\r\n")
        assert connection.read().text == "config of a\n"


def test_a_configuration_error_is_seen(make_server):
    server = make_server(polyauth=False)
    assert server.configure().configtest().returncode == 0
    server.configure(vhost_lines="NoSuchDirective On")
    tested = server.configtest()
    assert tested.returncode != 0 and "NoSuchDirective" in tested.output
    failed = server.start_fails()
    assert failed.returncode != 0 and "NoSuchDirective" in failed.output


def test_a_start_that_should_fail_but_does_not_fails_the_test(make_server):
    with pytest.raises(AssertionError, match="should have refused"):
        make_server(polyauth=False).configure().start_fails()


def test_an_upload_reaches_a_folder_of_the_server(make_server):
    server = make_server(polyauth=False, modules=["dav", "dav_fs"])
    server.own("logs")
    server.own(server.root / "dav")
    server.configure(ssl_verify=None, global_lines=f'DavLockDB "{server.root}/dav/locks"',
                     vhost_lines='<Location "/logs">\nDav On\n</Location>').start()
    assert server.put("/logs/0004f2aaaaaa-app.log", "line\n").status == 201
    assert (server.docroot / "logs/0004f2aaaaaa-app.log").read_text() == "line\n"


# The phone maker's rule, as its guide prints it, once per way of asking for a certificate.
RULE = """<Directory "{folder}">
  {verify}
  Require all denied
  <If "%{{REQUEST_URI}} -strcmatch \\"*%{{SSL_CLIENT_S_DN_CN}}*\\"">
    Require all granted
  </If>
</Directory>"""


@pytest.fixture(scope="module")
def ruled_by_the_phone_maker(make_shared_server):
    started = {}

    def serve(mode):
        if mode not in started:
            server = started[mode] = fill(make_shared_server(polyauth=False))
            folder = f"{server.docroot}{'/ ' if mode == 'as printed' else ''}"
            verify = {"as printed": "require", "per directory": None}.get(mode, mode)
            inside = "SSLVerifyClient require" if mode == "per directory" else ""
            server.configure(ssl_verify=verify,
                             vhost_lines=RULE.format(folder=folder, verify=inside)).start()
        return started[mode]

    return serve


# Status of the own file, another phone's, the default file, another's in the own-named folder.
@pytest.mark.parametrize("mode, name, statuses", [
    ("require", "phone-a", (200, 403, 403, 200)),
    ("require", "no-cn", (200, 200, 200, 200)),
    ("require", "wildcard-cn", (200, 200, 200, 200)),
    ("require", "question-mark-cn", (200, 200, 200, 200)),
    ("require", "bracket-cn", (200, 200, 200, 200)),
    ("require", "short-cn", (200, 200, 403, 200)),
    ("require", "colons-cn", (403, 403, 403, 403)),
    ("optional", None, (200, 200, 200, 200)),
    ("optional_no_ca", None, (200, 200, 200, 200)),
    ("optional_no_ca", "self-signed-b", (403, 200, 403, 200)),
    (None, None, (200, 200, 200, 200)),
    ("as printed", "phone-a", (200, 200, 200, 200)),
])
def test_the_phone_makers_rule_gives_wrong_answers(ruled_by_the_phone_maker, pki, mode, name,
                                                   statuses):
    server = ruled_by_the_phone_maker(mode)
    targets = (OWN, FOREIGN, "/000000000000.cfg", "/0004f2aaaaaa/0004f2bbbbbb.cfg")
    assert statuses == tuple(
        server.get(target, cert=name and pki.leaf(name)).status for target in targets)


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_phone_makers_rule_is_late_per_directory(ruled_by_the_phone_maker, pki, tls):
    server = ruled_by_the_phone_maker("per directory")
    with server.connect(pki.leaf("phone-a"), tls=tls, pha=True) as connection:
        assert [connection.request(FOREIGN).status for _ in range(2)] == [200, 403]
