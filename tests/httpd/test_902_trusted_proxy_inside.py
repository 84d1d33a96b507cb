# SPDX-License-Identifier: Apache-2.0
"""TLS ends at a balancer: nobody in the server ever reads its header, and inner requests are of
the same phone."""

import re

import pytest

from harness.backend import Backend
from harness.balanced import A, B, FOREIGN, HEADER, OWN, FromAddress, ask, binary, from_phone, lines, start
from harness.error_log import LogFile
from harness.passwords import htpasswd, put
from harness.verdict import CGI, environment
from harness.ways import SECRET, furnish

PLACES = {
    "governed": OWN.replace("/prov/", "/prov/cgi/").replace(".cfg", ".cgi"),
    "ungoverned": "/open/show.cgi",
}
NAMES = ["Client-Cert", "client-cert", "Client_Cert", "CLIENT_CERT", "Client-Cert-Chain", "Client_Cert_Chain"]


@pytest.fixture(scope="module")
def watched(make_shared_server):
    """A server in which everything that could tell of a header tells of it."""
    server = make_shared_server(modules=["cgi", "proxy", "proxy_http", "rewrite", "setenvif", "headers", "include",
                                         "log_config", "log_forensic", "env"])
    backend = Backend(lambda target: "application")
    logs = f'CustomLog "{server.root}/logs/seen.log" "%{{Client-Cert}}i|%{{Client_Cert}}i|%{{Client-Cert-Chain}}i|' \
           f'%{{X-Seen}}o|%{{SEEN}}e|%<{{Client-Cert}}i|%{{Client-Cert}}^ti"'
    watch = f"""
{logs}
ForensicLog "{server.root}/logs/forensic.log"
SetEnvIf Client-Cert . SEEN=setenvif
SetEnvIf Client_Cert . SEEN=setenvif
SetEnvIf Client-Cert-Chain . SEEN=setenvif
RewriteEngine On
RewriteCond %{{HTTP:Client-Cert}}%{{HTTP:Client_Cert}}%{{HTTP:Client-Cert-Chain}} .
RewriteRule ^ - [E=SEEN:rewrite]
RequestHeader set X-Early "%{{SEEN}}e" early
Header always set X-Seen "expr=%{{HTTP:Client-Cert}}%{{HTTP:Client_Cert}}%{{HTTP:Client-Cert-Chain}}"
<Directory "{server.docroot}">
  Options +ExecCGI +Includes
  AddHandler cgi-script .cgi
</Directory>
ProxyPass /app/ http://127.0.0.1:{backend.port}/in/
ErrorDocument 404 /open/show.cgi
MergeTrailers On
"""
    for each in PLACES.values():
        server.write(each[1:], CGI, 0o755)
    furnish(server, "prov")
    other = f"""
<VirtualHost 127.0.0.1:{server.plain_port}>
  ServerName other
  DocumentRoot "{server.docroot}"
{watch}
</VirtualHost>"""
    server.configure(plain_lines=lines(server) + watch, extra_vhosts=other).start()
    server.seen = LogFile(server.root / "logs/seen.log")
    server.backend = backend
    yield server
    backend.close()


def assert_unseen(server, answer, value):
    # Also where httpd's page of an error would repeat it, escaped.
    assert value[:100] not in answer.text
    assert not any(value[:100] in field for field in answer.headers.values())
    assert not any(re.match(r"HTTP_CLIENT.CERT", name) for name in environment(answer))
    server.seen.wait_for(".")
    for line in server.seen.lines():
        assert set(line.split("|")) <= {"-", "(null)", ""}, line
    server.seen.mark()
    for path in (server.root / "logs").glob("*"):
        assert value not in path.read_text(errors="replace"), path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
@pytest.mark.parametrize("host", ["localhost", "other"])
def test_nobody_reads_it_in_an_open_place(watched, pki, name, address, host):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, PLACES["ungoverned"], {name: value}, address=address, host=host)
    assert answer.status == 200 and environment(answer)
    assert_unseen(watched, answer, value)
    watched.backend.clear()
    answer = ask(watched, "/app/x", {name: value, "X-Other": "kept"}, address=address, host=host)
    assert answer.status == 200
    (headers,) = watched.backend.headers
    assert headers["X-Other"] == "kept" and value not in str(headers)
    assert not any(re.match(r"(?i)client.cert", each) for each in headers)
    assert_unseen(watched, answer, value)


def test_nobody_reads_it_in_a_governed_place(watched, pki):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, PLACES["governed"], {HEADER: value, "Client_Cert": value, "Client-Cert-Chain": value})
    assert answer.status == 200 and environment(answer)["POLYAUTH_MAC"] == A
    assert_unseen(watched, answer, value)


def test_nobody_reads_it_after_an_error(watched, pki):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, "/open/nowhere", {HEADER: value})
    assert answer.status == 404 and environment(answer)
    assert_unseen(watched, answer, value)
    # Malformed, so that httpd gives up before it shows the request to any module.
    with FromAddress(watched.plain_port) as connection:
        connection.send(f"GET /open/show.cgi HTTP/1.1\r\n{HEADER}: {value}\r\n\r\n".encode())
        answer = connection.read()
    assert answer.status == 400
    assert_unseen(watched, answer, value)


@pytest.mark.parametrize("target", ["/open/show.cgi", "/app/x"])
def test_nobody_reads_it_as_a_trailer(watched, pki, target):
    value = binary(pki.leaf("phone-a"))
    watched.backend.clear()
    with FromAddress(watched.plain_port) as connection:
        connection.send((f"POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         f"Transfer-Encoding: chunked\r\nTrailer: {HEADER}\r\n\r\n"
                         f"3\r\nabc\r\n0\r\n{HEADER}: {value}\r\nClient_Cert: {value}\r\n\r\n").encode())
        answer = connection.read()
    assert answer.status == 200
    assert value not in str(watched.backend.headers)
    assert_unseen(watched, answer, value)


@pytest.mark.parametrize("merge", ["On", "Off"])
def test_nobody_reads_it_as_a_trailer_that_comes_before_the_handler(server, pki, merge):
    """mod_auth_form reads the body, and trailers with it, while it authenticates."""
    server.write("form/show.cgi", CGI, 0o755)
    users = put(server, "users", htpasswd("user", "password"))
    start(server, extra=f"""
MergeTrailers {merge}
<Directory "{server.docroot}/form">
  Options +ExecCGI
  AddHandler cgi-script .cgi
  AuthType Form
  AuthName "Form"
  AuthFormProvider file
  AuthUserFile "{users}"
  Session On
  SessionCookieName session path=/
  Require valid-user
</Directory>
""", modules=["auth_form", "authn_file", "authz_user", "request", "session", "session_cookie", "cgi"])
    value, body = binary(pki.leaf("phone-a")), "httpd_username=user&httpd_password=password"
    with FromAddress(server.plain_port) as connection:
        connection.send(("POST /form/show.cgi HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                         f"{len(body):x}\r\n{body}\r\n0\r\n{HEADER}: {value}\r\nX-Other: kept\r\n\r\n").encode())
        answer = connection.read()
    told = environment(answer)
    assert answer.status == 200 and told["REMOTE_USER"] == "user"
    assert told.get("HTTP_X_OTHER") == ("kept" if merge == "On" else None)
    assert value not in answer.text


def test_inner_requests_are_those_of_the_same_phone(server, pki):
    furnish(server, "prov")
    server.write(f"prov/{A}.shtml", f'<!--#include virtual="/prov/{A}.cfg" -->|'
                                    f'<!--#include virtual="/prov/{B}.cfg" -->')
    server.configure(modules=["include", "rewrite"], plain_lines=lines(
        server, HEADER, "127.0.0.1", "Options +Includes", "AddOutputFilter INCLUDES .shtml",
        "DirectoryIndex common.txt", "RewriteEngine On", r"RewriteRule ^to-(\w+)$ /prov/$1.cfg")
        + f'\nErrorDocument 404 /prov/{A}.cfg').start()
    of_a = from_phone(pki.leaf("phone-a"))
    page = ask(server, f"/prov/{A}.shtml", of_a)
    assert page.status == 200 and "config of a" in page.text and SECRET not in page.text
    # httpd gives this line no id that could be declared.
    assert all("unable to include" in each for each in server.log.undeclared())
    server.log.mark()
    assert ask(server, f"/prov/to-{A}", of_a).status == 200
    assert ask(server, f"/prov/to-{B}", of_a).status == 403
    missing = ask(server, f"/nowhere/{A}", of_a)
    assert missing.status == 404 and "config of a" in missing.text
    assert SECRET not in ask(server, "/nowhere/x", from_phone(pki.leaf("phone-b"))).text


def test_audit_and_require_see_the_same_phone(server, pki):
    furnish(server, "prov", "votes")
    server.log.declare("PA1005", always=True)
    server.configure(plain_lines=lines(server).replace("PolyAuth On", "PolyAuth Audit") + f"""
<Directory "{server.docroot}/votes">
  Require polyauth
  PolyAuthCACertificateFile "{pki.bundle}"
</Directory>""").start()
    of_a = from_phone(pki.leaf("phone-a"))
    assert ask(server, FOREIGN, of_a).status == 200
    assert [each["reason"] for each in server.log.would_denials()] == ["mac-foreign"]
    assert ask(server, f"/votes/{A}.cfg", of_a).status == 200
    assert ask(server, f"/votes/{B}.cfg", of_a).status == 403
    assert ask(server, f"/votes/{A}.cfg", {}).status == 403
