# SPDX-License-Identifier: Apache-2.0
"""A backend never gets a request that it could take for another device's."""

import base64
import os
import urllib.parse

import pytest

from harness.backend import Backend
from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, written

A, B = OWN_MAC, FOREIGN_MAC
LINES = r"""
<LocationMatch "^/(plain|nocanon|encoded|servlet|balanced|matched|inside|unix|bare|rule)/">
  PolyAuth On
</LocationMatch>
<Location "/plain/">
  ProxyPass http://127.0.0.1:@PORT@/in/plain/
</Location>
<Location "/nocanon/">
  ProxyPass http://127.0.0.1:@PORT@/in/nocanon/ nocanon
</Location>
<Location "/encoded/">
  ProxyPass http://127.0.0.1:@PORT@/in/encoded/ mapping=encoded
</Location>
<Location "/servlet/">
  ProxyPass http://127.0.0.1:@PORT@/in/servlet/ mapping=servlet
</Location>
<Proxy "http://127.0.0.1:@PORT@/in/section/*">
  PolyAuth On
</Proxy>
ProxyPass /section/ http://127.0.0.1:@PORT@/in/section/
<Location "/unix/">
  ProxyPass unix:@SOCKET@|http://backend/in/unix/
</Location>
<Proxy "balancer://phones">
  BalancerMember http://127.0.0.1:@PORT@
</Proxy>
<Location "/balanced/">
  ProxyPass balancer://phones/in/balanced/
</Location>
ProxyPassMatch ^/matched/(.*)$ http://127.0.0.1:@PORT@/in/matched/$1
ProxyPass /bare/ http://127.0.0.1:@PORT@/in/bare/
<Location "/inside/">
  RewriteEngine On
  RewriteCond %{QUERY_STRING} ^to=(\w+)-(\w+)$
  RewriteRule . http://127.0.0.1:@PORT@/in/inside/%1%2.cfg? [P,L]
  RewriteRule ([^/]+)$ http://127.0.0.1:@PORT@/in/inside/$1 [P,L]
</Location>
<Location "/voted/">
  Require polyauth
  RewriteEngine On
  RewriteCond %{QUERY_STRING} ^to=(\w+)-(\w+)$
  RewriteRule . http://127.0.0.1:@PORT@/in/voted/%1%2.cfg? [P,L]
  RewriteRule ([^/]+)$ http://127.0.0.1:@PORT@/in/voted/$1 [P,L]
</Location>
RewriteEngine On
RewriteCond %{QUERY_STRING} ^to=(\w+)-(\w+)$
RewriteRule ^/rule/ http://127.0.0.1:@PORT@/in/rule/%1%2.cfg? [P,L]
RewriteRule ^/rule/(.*)$ http://127.0.0.1:@PORT@/in/rule/$1 [P,L]
<Location "/post/">
  PolyAuth On
  PolyAuthMatch uri
  ProxyPass http://127.0.0.1:@PORT@/in/post/
</Location>
"""
WAYS = ["plain", "nocanon", "encoded", "servlet", "balanced", "matched", "inside", "unix", "bare",
        "rule", "section"]
MODULES = ["proxy", "proxy_http", "proxy_balancer", "lbmethod_byrequests", "slotmem_shm", "rewrite"]


def decoded_again_and_again(target):
    """As a careless backend reads it."""
    for _ in range(3):
        target = urllib.parse.unquote(target)
    return target


def careless_answer(target):
    return SECRET if B in decoded_again_and_again(target) else f"answer to {target}"


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    backend = Backend(careless_answer)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def stage(make_shared_server, backend):
    server = make_shared_server(modules=MODULES)
    socket = server.root / "backend.socket"
    local = Backend(careless_answer, str(socket))
    os.chmod(socket, 0o777)
    lines = written(LINES, server).replace("@PORT@", str(backend.port))
    server.configure(vhost_lines=lines.replace("@SOCKET@", str(socket))).start()
    server.local_backend = local
    yield server
    local.close()


@pytest.fixture
def seen(stage, backend):
    """What any backend got in this test."""
    backend.clear()
    stage.local_backend.clear()
    return lambda: backend.targets + stage.local_backend.targets


@pytest.mark.parametrize("way", WAYS)
def test_own_requests_reach_the_backend_unchanged(stage, pki, seen, way):
    for name in (f"{A}.cfg", f"{A}-app.log"):
        answer = stage.get(f"/{way}/{name}", cert=pki.leaf("phone-a"))
        assert (answer.status, answer.text) == (200, f"answer to /in/{way}/{name}"), answer
        assert "private" in answer.headers["Cache-Control"]
    if way not in ("inside", "rule"):
        stage.get(f"/{way}/{A}.cfg?x=1&y=a%20b", cert=pki.leaf("phone-a"))
        assert seen()[-1] == f"/in/{way}/{A}.cfg?x=1&y=a%20b"
    assert not stage.log.denials()


@pytest.mark.parametrize("way", WAYS)
def test_shared_files_come_through_and_unnamed_ones_do_not(stage, pki, seen, way):
    assert stage.get(f"/{way}/sip.ver", cert=pki.leaf("phone-a")).status == 200
    assert stage.get(f"/{way}/settings.txt", cert=pki.leaf("phone-a")).status == 403
    assert seen() == [f"/in/{way}/sip.ver"]


# What each stands for once the backend has decoded it as often as it likes.
FOREIGN = [
    f"{B}.cfg", f"{B.upper()}.cfg", f"{A}/../{B}.cfg", f"{A}/%2e%2e/{B}.cfg", f"{B[:-1]}%62.cfg",
    f"{B[:-1]}%2562.cfg", f"{A}/%252e%252e/{B}.cfg", f"{A}/..%2f{B}.cfg", f"{A}%2f..%2f{B}.cfg",
    f"{A}/..%252f{B[:-1]}%2562.cfg", f"{A}/..;/{B}.cfg", f"{A};x/../{B}.cfg", f"{A}.cfg;{B}",
    f"{A}.cfg%3b{B}", f"{A}.cfg%3fmac={B}", f"{A}.cfg?mac={B}", f"{A}.cfg?mac={B[:-1]}%62",
    f"{A}.cfg?mac={B[:-1]}%2562", f"{A}.cfg%00{B}", f"{A}.cfg%23{B}", f"{A}\\..\\{B}.cfg",
    f"{A}/.%2e/{B[:2]}-{B[2:4]}-{B[4:6]}-{B[6:8]}-{B[8:10]}-{B[10:]}.cfg",
    f"{A}/./{B}.cfg", f"{B}/{A}.cfg", f"{A}.cfg/{B}", f"{A}//{B}.cfg", f"{A}.cfg?{B}",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_spelling_of_a_foreign_name_reaches_the_backend(stage, pki, seen, way):
    for name in FOREIGN:
        answer = stage.get(f"/{way}/{name}", cert=pki.leaf("phone-a"))
        assert answer.status in (400, 403, 404) and SECRET not in answer.text, (name, answer)
    stage.log.declare("AH10508")
    assert seen() == []
    assert {each["reason"] for each in stage.log.denials()} <= {"mac-foreign", "path-unsafe"}


# Text that two decoders read differently, even where no address stands in it.
UNSAFE = [f"{A}/x/../y.cfg", f"{A}/%2e%2e/%2e%2e/y", f"{A}/a%2fb", f"{A}/..%2fy", f"{A}/%252e%252e/y",
          f"{A}/..;/y", f"{A}.cfg;v=1", f"{A}.cfg%3bv", f"{A}%5cy", f"{A}%0ay", f"{A}%0d%0aHost:x",
          f"{A}%00", f"{A}%ff", f"{A}%c0%ae%c0%ae/", f"{A}%e0%80%af", f"{A}.cfg?x=%00",
          f"{A}.cfg?x=%0d%0a", f"{A}.cfg?x=%2541", f"{A}%25", f"{A}%2500", f"{A}%7f"]


@pytest.mark.parametrize("way", WAYS)
def test_what_backends_read_differently_is_not_sent_as_it_is(stage, pki, seen, way):
    for name in UNSAFE:
        stage.get(f"/{way}/{name}", cert=pki.leaf("phone-a"))
    stage.log.declare("AH10508")
    for target in seen():
        path, _, query = target.partition("?")
        once = urllib.parse.unquote_to_bytes(path)
        assert not set(once) & set(b"%;\\\0\r\n\x7f"), target
        assert not {b".", b".."} & set(once.split(b"/")), target
        assert once.decode("utf-8"), target
        assert not any(each in query for each in ("%00", "%0d", "%25")), target


@pytest.mark.parametrize("way", ["inside", "voted", "rule"])
def test_a_target_that_is_made_of_the_query_is_judged(stage, pki, seen, way):
    answer = stage.get(f"/{way}/{A}.cfg?to={B[:6]}-{B[6:]}", cert=pki.leaf("phone-a"))
    assert answer.status == 403 and not seen()
    assert [each["reason"] for each in stage.log.denials()] == ["mac-foreign"]
    own = stage.get(f"/{way}/{A}.cfg?to={A[:6]}-{A[6:]}", cert=pki.leaf("phone-a"))
    assert own.status == 200 and seen() == [f"/in/{way}/{A}.cfg"]


@pytest.mark.parametrize("way", ["plain", "nocanon", "encoded"])
def test_uploads_go_through_as_files_do(stage, backend, pki, seen, way):
    def put(name):
        return stage.put(f"/{way}/{name}", "log\n", cert=pki.leaf("phone-a")).status

    assert put(f"{A}-app.log") == 200
    assert put(f"{B}-app.log") == put(f"{A}.cfg") == put("sip.ver") == put(f"{A}/x.log") == 403
    assert backend.requests == [("PUT", f"/in/{way}/{A}-app.log", b"log\n")]
    assert [each["reason"] for each in stage.log.denials()] == [
        "mac-foreign", "upload-refused", "shared-read-only", "upload-refused"]


def test_post_reaches_the_backend_where_it_may(stage, backend, pki, seen):
    def post(target):
        return stage.get(target, cert=pki.leaf("phone-a"), method="POST", body="state").status

    assert post(f"/post/{A}/state") == 200
    assert backend.requests == [("POST", f"/in/post/{A}/state", b"state")]
    assert post(f"/post/{B}/state") == post("/post/state") == post(f"/plain/{A}.cfg") == 403
    assert [each["reason"] for each in stage.log.denials()] == [
        "mac-foreign", "mac-missing", "method-refused"]
    assert len(seen()) == 1


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"])
def test_other_methods_do_not_reach_the_backend(stage, pki, seen, method):
    answer = stage.get(f"/plain/{A}.cfg", cert=pki.leaf("phone-a"), method=method)
    assert answer.status in (403, 405) and not seen()


@pytest.mark.parametrize("target, headers", [
    (f"http://{A}.example/plain/{B}.cfg", {}),
    (f"http://localhost/plain/{B}.cfg", {"X-Forwarded-Uri": f"/plain/{A}.cfg"}),
    (f"/plain/{B}.cfg", {"X-Original-URL": f"/plain/{A}.cfg", "X-HTTP-Method-Override": "GET"}),
    (f"//plain//{B}.cfg", {}),
])
def test_nothing_beside_the_path_helps(stage, pki, seen, target, headers):
    answer = stage.get(target, cert=pki.leaf("phone-a"), headers=headers)
    assert answer.status == 403 and not seen()


def test_what_looks_like_noise_is_no_address(stage, pki, seen):
    hidden = base64.b64encode(f"{A}.cfg".encode()).decode()
    assert stage.get(f"/plain/{A}.cfg?n={hidden}", cert=pki.leaf("phone-a")).status == 200
    assert seen() == [f"/in/plain/{A}.cfg?n={hidden}"]


@pytest.mark.parametrize("handler, asked", [
    ('SetHandler "proxy:http://127.0.0.1:@PORT@/in/%{unbase64:%{QUERY_STRING}}"',
     lambda mac: ("?" + base64.b64encode(mac.encode()).decode(), {})),
    ("RewriteEngine On\nRewriteCond %{QUERY_STRING} ^to=(\\w+)-(\\w+)$\n"
     "RewriteRule . - [H=proxy:http://127.0.0.1:@PORT@/in/%1%2]",
     lambda mac: (f"?to={mac[:6]}-{mac[6:]}", {})),
    # Nothing but the name of its own file is in sight.
    ('SetHandler "proxy:http://127.0.0.1:@PORT@/in/%{HTTP:X-Tree}"', lambda mac: ("", {"X-Tree": mac})),
], ids=["SetHandler", "RewriteRule", "SetHandler by a header"])
def test_a_backend_that_a_handler_names_is_judged_with_its_url(make_server, backend, pki, handler, asked):
    backend.clear()
    server = make_server(modules=["proxy", "proxy_http", "rewrite"])
    server.write(f"prov/{A}.cfg", "a file")
    lines = handler.replace("@PORT@", str(backend.port))
    server.configure(vhost_lines=f'<Directory "{server.docroot}/prov">\nPolyAuth On\n{lines}\n</Directory>').start()

    def ask(mac):
        query, headers = asked(mac)
        return server.get(f"/prov/{A}.cfg{query}", cert=pki.leaf("phone-a"), headers=headers)

    refused = ask(B)
    assert refused.status == 403 and SECRET not in refused.text and not backend.targets
    assert [each["reason"] for each in server.log.denials()] == ["mac-foreign"]
    assert ask(A).status == 200 and backend.targets[0].startswith(f"/in/{A}/")
