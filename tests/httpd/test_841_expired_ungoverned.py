# SPDX-License-Identifier: Apache-2.0
"""On a connection of an expired certificate nothing answers but what PolyAuth On governs: other
locations, hosts, handlers, methods and caches refuse. A valid certificate notices nothing."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from harness.backend import Backend
from harness.expired import CN, LISTED, Expired
from harness.trust import H2
from harness.verdict import A, B, OWN, SECRET, fill
from harness.waiting import wait_for_moment

EXPIRED = "certificate-expired"
LINES = r"""
ScriptAlias /cgi "{docroot}/cgi"
Alias /aliased "{docroot}/open"
Redirect /moved /open.txt
RewriteEngine On
RewriteRule ^/rewritten$ /open.txt [PT]
RewriteRule ^/redirected$ /open.txt [R]
RewriteRule ^/file$ {docroot}/open.txt [L]
RewriteRule ^/proxied-rule$ http://127.0.0.1:{port}/in [P]
RewriteRule ^/into$ /prov/{mac}.cfg [PT]
ProxyPass /proxied/ http://127.0.0.1:{port}/in/
<Location "/status">
SetHandler server-status
</Location>
<Directory "{docroot}/cgi">
Options +ExecCGI
</Directory>
<Directory "{docroot}/list">
Options +Indexes
</Directory>
<Directory "{docroot}/pages">
Options +Includes
AddOutputFilter INCLUDES .shtml
</Directory>
<Directory "{docroot}/off">
PolyAuth Off
</Directory>
<Directory "{docroot}/audit">
PolyAuth Audit
PolyAuthAclFile "{acl}"
PolyAuthCACertificateFile "{ca}"
</Directory>
<Directory "{docroot}/vote">
Require polyauth
PolyAuthAclFile "{acl}"
PolyAuthCACertificateFile "{ca}"
</Directory>
<Directory "{docroot}/any">
Satisfy Any
</Directory>
<Location "/asked">
SSLVerifyClient require
</Location>
Alias /asked "{docroot}/open"
FallbackResource disabled
"""
# What is asked, and what a valid certificate is told.
UNGOVERNED = {
    "a file": ("GET", "/open.txt", 200), "its head": ("HEAD", "/open.txt", 200),
    "a folder": ("GET", "/list/", 200), "the way to a folder": ("GET", "/list", 301),
    "nothing": ("GET", "/nothing", 404), "no index": ("GET", "/", 403),
    "off": ("GET", f"/off{OWN}", 200), "Audit": ("GET", f"/audit{OWN}", 200),
    "Require polyauth": ("GET", f"/vote{OWN}", 200), "Satisfy Any": ("GET", "/any/x.txt", 200),
    "an alias": ("GET", "/aliased/x.txt", 200), "a page": ("GET", "/pages/page.shtml", 200),
    "a program": ("GET", "/cgi/x.cgi", 200), "a program by POST": ("POST", "/cgi/x.cgi", 200),
    "a backend": ("GET", "/proxied/x", 200), "a backend by POST": ("POST", "/proxied/x", 200),
    "a backend by a rule": ("GET", "/proxied-rule", 200),
    "a handler": ("GET", "/status", 200),
    "a rewritten URL": ("GET", "/rewritten", 200), "a file by a rule": ("GET", "/file", 200),
    "asked again": ("GET", "/asked/x.txt", 200),
    "an unknown method": ("FROBNICATE", "/open.txt", 501), "PUT": ("PUT", "/open.txt", 405),
    "DELETE": ("DELETE", "/open.txt", 405), "OPTIONS": ("OPTIONS", "/open.txt", 200),
    "OPTIONS *": ("OPTIONS", "*", 200), "TRACE": ("TRACE", "/open.txt", 200),
    "TRACE of a governed file": ("TRACE", f"/prov{OWN}", 200),
    "an absolute URL": ("GET", "https://localhost/open.txt", 200),
    "beside the governed": ("GET", "/prov/../open.txt", 200),
}
REDIRECTS = {"redirected": ("GET", "/redirected", 302), "moved": ("GET", "/moved", 302)}
BODY = b"a body"


@pytest.fixture(scope="module")
def backend():
    backend = Backend(lambda target: f"{SECRET} the backend")
    yield backend
    backend.close()


MODULES = ["http2", "proxy", "proxy_http", "rewrite", "cgi", "autoindex", "include", "status",
           "access_compat", "dav", "dav_fs"]


@pytest.fixture(scope="module")
def stage(make_shared_server, backend):
    server = make_shared_server(mpm="event", modules=MODULES)
    server.log.declare("PA1005", "PA1011", "AH00135", "AH01276", always=True)
    files = Expired(server)
    fill(server, f"off{OWN}", f"audit{OWN}", f"vote{OWN}", "any/x.txt", "open/x.txt", "list/x.txt")
    server.write("open.txt", f"{SECRET} open\n")
    server.write("pages/page.shtml", f"{SECRET} page")
    server.write("cgi/x.cgi", f'#!/bin/sh\ncat >/dev/null\nprintf "Content-Type: text/plain\\n\\n{SECRET} cgi"\n', 0o755)
    lines = LINES
    for name, value in dict(docroot=server.docroot, port=backend.port, mac=A, ca=files.ca,
                            acl=files.folder / "full.acl").items():
        lines = lines.replace("{" + name + "}", str(value))
    options = dict(H2, modules=[])
    files.configure(LISTED + files.passing() + lines, session_cache=True,
                    global_lines="TraceEnable On\n", **options)
    server.start()
    return files


def ask(stage, connection, method, target):
    """Status, and the reasons in the log."""
    before = len(stage.server.log.denials())
    body = BODY if method in ("POST", "PUT") else None
    answer = connection.request(target, method, body)
    reasons = [line["reason"] for line in stage.server.log.denials()[before:]]
    return answer, reasons


WAYS = pytest.mark.parametrize("way", ["HTTP/1.1", "HTTP/2", "resumed 1.2", "resumed 1.3"])


def connected(stage, way, cert):
    tls = way.split()[1] if way.startswith("resumed") else None
    connection = stage.server.connect(cert, tls=tls, http2=way == "HTTP/2")
    if tls is None:
        return connection
    with connection:
        assert connection.request(f"/prov{OWN}").status == 200
        resumed = connection.resume()
        assert resumed.request(f"/prov{OWN}").status == 200 and resumed.resumed
        return resumed


def cannot_be_asked(way, target):
    # HTTP/2 can carry neither; TRACE over it is httpd's 405 or so.
    return way == "HTTP/2" and (target == "*" or target.startswith("https:") or target == "/asked/x.txt")


@WAYS
@pytest.mark.parametrize("name", UNGOVERNED)
def test_what_is_not_governed_is_refused(stage, backend, way, name):
    method, target, status = UNGOVERNED[name]
    if cannot_be_asked(way, target):
        target = "/open.txt"
    backend.clear()
    with connected(stage, way, stage.expired) as connection:
        answer, reasons = ask(stage, connection, method, target)
        assert answer.status == 403 and reasons == [EXPIRED], (answer, reasons)
        assert SECRET not in answer.text and EXPIRED not in answer.text
        assert backend.requests == []
    # The connection itself is good for what it was admitted for.
    with connected(stage, way, stage.expired) as connection:
        answer, reasons = ask(stage, connection, "GET", f"/prov{OWN}")
        assert answer.status == 200 and reasons == []


@WAYS
@pytest.mark.parametrize("name", UNGOVERNED)
def test_a_valid_certificate_is_not_touched(stage, way, name):
    method, target, status = UNGOVERNED[name]
    if cannot_be_asked(way, target):
        target, status = "/open.txt", 200
    with connected(stage, way, stage.valid) as connection:
        answer, reasons = ask(stage, connection, method, target)
        assert (answer.status, reasons) == (status, []), answer


@pytest.mark.parametrize("name", REDIRECTS)
def test_a_redirect_tells_an_expired_certificate_nothing(stage, name):
    """httpd answers these before it asks anybody; what they name is refused all the same."""
    method, target, _ = REDIRECTS[name]
    with connected(stage, "HTTP/1.1", stage.expired) as connection:
        answer, _ = ask(stage, connection, method, target)
        assert answer.status in (302, 403) and SECRET not in answer.text
        answer, reasons = ask(stage, connection, method, "/open.txt")
        assert answer.status == 403 and reasons == [EXPIRED]


def test_a_rewritten_url_into_the_governed_folder_is_governed(stage):
    with connected(stage, "HTTP/1.1", stage.expired) as connection:
        answer, reasons = ask(stage, connection, "GET", "/into")
        assert answer.status == 200 and reasons == []


def test_requests_of_one_connection_are_judged_one_by_one(stage):
    with connected(stage, "HTTP/1.1", stage.expired) as connection:
        one = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        targets = [f"/prov{OWN}", "/open.txt", f"/prov{OWN}", f"/prov/{B}.cfg", "/open.txt"]
        connection.send("".join(map(one.format, targets)).encode())
        assert [connection.read().status for _ in targets] == [200, 403, 200, 403, 403]
    reasons = [line["reason"] for line in stage.server.log.denials()]
    assert reasons == [EXPIRED, "mac-foreign", EXPIRED]


def test_the_log_line_of_such_a_refusal(stage):
    with connected(stage, "HTTP/1.1", stage.expired) as connection:
        connection.request("/open.txt")
    (line,) = stage.server.log.lines("PA5002: ")
    assert "[polyauth:notice]" in line
    assert re.search(r'PA5002: denied reason=certificate-expired .*method=GET path="/open\.txt"', line)
    stage.server.access.wait_for('"GET /open.txt .* decision=denied reason=certificate-expired ')


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "refuse"])
def test_a_certificate_that_ends_while_connected(make_server, tls, listed):
    """Where expired ones may come in, it is refused at the next request; elsewhere ungoverned
    locations are none of our business."""
    files = Expired(make_server())
    files.configure((LISTED if listed else "") + files.passing(), session_cache=True).server.start()
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    with files.server.connect(files.pki.issue(cn=CN, not_after=end), tls=tls) as connection:
        def statuses(on):
            return [on.request(target).status for target in ("/open.txt", f"/prov{OWN}")]
        assert statuses(connection) == [200, 200]
        wait_for_moment(end)
        assert statuses(connection) == ([403, 200] if listed else [200, 403])
        with connection.resume() as resumed:
            assert statuses(resumed) == ([403, 200] if listed else [200, 403])
            assert resumed.resumed
    assert {line["reason"] for line in files.server.log.denials()} == {EXPIRED}


def test_the_status_for_the_refused_holds_here_too(make_server):
    files = Expired(make_server())
    files.configure(LISTED + files.passing() + '<Location "/">\nPolyAuthDenyStatus 404\n</Location>\n')
    files.server.log.declare("PA1016")
    files.server.start()
    assert files.server.get("/open.txt", cert=files.expired).status == 404
