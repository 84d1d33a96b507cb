# SPDX-License-Identifier: Apache-2.0
"""Each request is judged by itself and by the certificate of now, whatever came before it."""

import subprocess

import pytest

from harness.renegotiating import RenegotiatingConnection
from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish, written

A, B = OWN_MAC, FOREIGN_MAC
OWN, FOREIGN = f"/prov/{A}.cfg", f"/prov/{B}.cfg"
GATE = '<Directory "@DOC@/prov">\nPolyAuth On\n</Directory>\n'
VERSIONS = pytest.mark.parametrize("tls", ["1.2", "1.3"])


def stage(make_server, lines=GATE, mpm=None, modules=(), **options):
    server = furnish(make_server(mpm=mpm, modules=modules), "prov")
    options = {name: written(value, server) if isinstance(value, str) else value
               for name, value in options.items()}
    return server.configure(vhost_lines=written(lines, server), **options).start()


@VERSIONS
def test_a_second_request_on_the_connection_is_judged_as_the_first(make_server, pki, tls):
    server = stage(make_server)
    with server.connect(pki.leaf("phone-a"), tls=tls) as connection:
        for target, status in [(OWN, 200), (FOREIGN, 403), (OWN, 200), (FOREIGN, 403),
                               ("/prov/", 403), ("/prov/sip.ver", 404), (OWN, 200)]:
            answer = connection.request(target)
            assert answer.status == status and SECRET not in answer.text
    assert {each["device"] for each in server.log.denials()} == {A}


def test_requests_sent_in_one_go_are_judged_one_by_one(make_server, pki):
    server = stage(make_server)
    with server.connect(pki.leaf("phone-a")) as connection:
        one = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.send("".join(map(one.format, [OWN, FOREIGN, OWN, FOREIGN])).encode())
        assert [connection.read().status for _ in range(4)] == [200, 403, 200, 403]


def test_a_body_is_no_second_request(make_server, pki):
    server = stage(make_server)
    smuggled = f"GET {FOREIGN} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect(pki.leaf("phone-a")) as connection:
        answers = [connection.request(OWN, body=smuggled), connection.request(OWN)]
    assert [answer.status for answer in answers] == [200, 200]
    assert all(SECRET not in answer.text for answer in answers)


@VERSIONS
def test_devices_do_not_mix_between_connections(make_server, pki, tls):
    server = stage(make_server)
    with server.connect(pki.leaf("phone-a"), tls=tls) as one, \
            server.connect(pki.leaf("phone-b"), tls=tls) as other:
        for _ in range(5):
            assert (one.request(OWN).status, other.request(OWN).status) == (200, 403)
            assert (one.request(FOREIGN).status, other.request(FOREIGN).status) == (403, 200)


@VERSIONS
def test_a_resumed_session_keeps_its_device(make_server, pki, tls):
    server = stage(make_server, session_cache=True)
    with server.connect(pki.leaf("phone-a"), tls=tls) as first:
        assert first.request(OWN).status == 200
        with first.resume() as second:
            assert second.request(FOREIGN).status == 403
            assert second.resumed
            assert second.request(OWN).status == 200


def test_streams_of_one_connection_are_judged_one_by_one(make_server, pki):
    server = stage(make_server, mpm="event", modules=["http2"],
                   tls_lines="Protocols h2 http/1.1")
    phone = pki.leaf("phone-a")
    targets = [OWN, FOREIGN] * 20
    urls = [f"https://localhost:{server.tls_port}{target}" for target in targets]
    done = subprocess.run(
        ["curl", "-q", "-s", "--http2", "-Z", "--noproxy", "*", "--resolve",
         f"localhost:{server.tls_port}:127.0.0.1", "--cacert", pki.ca("server-ca").leaf,
         "--cert", phone.cert, "--key", phone.key, "-w",
         "\n%{http_version} %{http_code} %{url}\n", *urls],
        capture_output=True, text=True, timeout=60)
    lines = [line for line in done.stdout.split("\n") if line.startswith("2 ")]
    assert sorted(lines) == sorted(f"2 {403 if B in url else 200} {url}" for url in urls)
    assert SECRET not in done.stdout and done.stdout.count("config of a") == 20
    assert len(server.log.denials()) == 20


@pytest.mark.parametrize("target", [FOREIGN, f"//localhost{FOREIGN}", f"/prov/../prov/{B}.cfg",
                                    f"/prov/{A}/../{B}.cfg", f"/prov/%30{B[1:]}.cfg"])
def test_http2_paths_are_judged_like_others(make_server, pki, target):
    server = stage(make_server, mpm="event", modules=["http2"], tls_lines="Protocols h2 http/1.1")
    answer = server.get(target, cert=pki.leaf("phone-a"), http2=True,
                        headers={"X-Path": OWN, "X-Forwarded-Host": OWN})
    assert answer.version == "HTTP/2" and answer.status in (403, 404) and SECRET not in answer.text
    assert server.get(OWN, cert=pki.leaf("phone-a"), http2=True).status == 200


ASKED_LATER = GATE + '<Location "/prov">\nSSLVerifyClient require\n</Location>'


@VERSIONS
@pytest.mark.parametrize("target, status", [(OWN, 200), (FOREIGN, 403)])
def test_the_first_request_that_asks_for_a_certificate_is_judged_by_it(make_server, pki, tls,
                                                                       target, status):
    server = stage(make_server, ASKED_LATER, ssl_verify=None)
    server.log.declare("PA1008", "PA1007")
    with server.connect(pki.leaf("phone-a"), tls=tls, pha=True) as connection:
        answer = connection.request(target)
        assert answer.status == status and SECRET not in answer.text
        assert connection.request(OWN).status == 200


def test_without_post_handshake_authentication_nothing_is_served(make_server, pki):
    server = stage(make_server, ASKED_LATER, ssl_verify=None)
    server.log.declare("PA1008", "PA1007", "AH10158")
    for target in (OWN, FOREIGN):
        assert server.get(target, cert=pki.leaf("phone-a"), tls="1.3").status == 403


def test_a_certificate_that_is_changed_on_the_connection_changes_the_device(make_server, pki):
    again = ('<Location "/{name}">\nSSLVerifyClient require\nSSLVerifyDepth {depth}\n</Location>\n'
             'Alias /{name} "@DOC@/prov"\n')
    server = stage(make_server, GATE + again.format(name="again", depth=4)
                   + again.format(name="thrice", depth=3), ssl_verify="optional")
    with RenegotiatingConnection(server.tls_port, pki.leaf("phone-a")) as connection:
        def statuses(folder):
            return tuple(connection.status(f"/{folder}/{mac}.cfg")[0] for mac in (A, B))

        assert statuses("prov") == (200, 403)
        connection.show(pki.leaf("phone-b"))
        assert statuses("prov") == (200, 403)
        # Here the server asks again.
        assert statuses("again") == (403, 200)
        assert statuses("prov") == (403, 200)
        connection.show(pki.leaf("phone-a"))
        assert statuses("thrice") == (200, 403)
        assert statuses("prov") == (200, 403)
    assert [each["device"] for each in server.log.denials()] == [A, A, B, B, A, A]


def test_no_certificate_then_one(make_server, pki):
    server = stage(make_server, GATE + '<Location "/again">\nSSLVerifyClient require\n</Location>\n'
                   'Alias /again "@DOC@/prov"\n', ssl_verify="optional")
    with RenegotiatingConnection(server.tls_port) as connection:
        assert connection.status(OWN)[0] == 403
        connection.show(pki.leaf("phone-a"))
        assert connection.status(f"/again/{A}.cfg")[0] == 200
        assert [connection.status(target)[0] for target in (OWN, FOREIGN)] == [200, 403]
    assert [each["reason"] for each in server.log.denials()] == ["no-certificate", "mac-foreign"]


def test_a_host_without_tls_over_the_same_folder_stays_closed(make_server, pki):
    server = stage(make_server, "", global_lines=GATE)
    for target in (OWN, FOREIGN, "/prov/000000000000.cfg"):
        answer = server.get(target, plain=True, headers={
            "X-Forwarded-Proto": "https", "SSL_CLIENT_VERIFY": "SUCCESS",
            "SSL_CLIENT_S_DN_CN": B, "X-SSL-Client-Cert": "x", "Client-Cert": ":x:"})
        assert answer.status == 403 and SECRET not in answer.text
    assert {each["reason"] for each in server.log.denials()} == {"no-tls"}
    assert server.get(OWN, cert=pki.leaf("phone-a")).status == 200


OTHER = """<VirtualHost 127.0.0.1:{port}>
  ServerName other
  DocumentRoot "@DOC@"
  SSLEngine on
  SSLCertificateFile "{server.cert}"
  SSLCertificateKeyFile "{server.key}"
  SSLCACertificateFile "{bundle}"
  SSLVerifyDepth 5
  SSLVerifyClient {verify}
  <Directory "@DOC@/prov">
    PolyAuth On
    {lines}
  </Directory>
</VirtualHost>"""


@pytest.mark.parametrize("sni", ["localhost", "other", None])
def test_each_host_is_judged_by_its_own_rules(make_server, pki, sni):
    server = furnish(make_server(), "prov")
    other = OTHER.format(port=server.tls_port, server=pki.server, bundle=pki.bundle,
                         verify="require", lines="PolyAuthSharedFiles none\nPolyAuthDenyStatus 404")
    server.configure(vhost_lines=written(GATE, server), extra_vhosts=written(other, server)).start()
    server.log.declare("AH01909")
    server.write("prov/sip.ver", "1")
    phone = pki.leaf("phone-a")
    for host, statuses in {"localhost": (200, 403, 200), "other": (200, 404, 404)}.items():
        seen = tuple(server.get(target, cert=phone, sni=sni, host=host).status
                     for target in (OWN, FOREIGN, "/prov/sip.ver"))
        assert seen == statuses, (sni, host)


def test_a_certificate_shown_to_an_open_host_is_no_pass_for_another(make_server, pki):
    server = furnish(make_server(), "prov")
    other = OTHER.format(port=server.tls_port, server=pki.server, bundle=pki.bundle,
                         verify="optional", lines="")
    server.configure(vhost_lines=written(GATE, server), extra_vhosts=written(other, server)).start()
    server.log.declare("AH01909")
    server.log.declare("AH02032", "AH02033")
    for host, sni in (("localhost", "other"), ("other", "other")):
        answer = server.get(OWN, sni=sni, host=host)
        assert answer.status in (403, 421)
        answer = server.get(FOREIGN, cert=pki.leaf("phone-a"), sni=sni, host=host)
        assert answer.status in (403, 421) and SECRET not in answer.text
