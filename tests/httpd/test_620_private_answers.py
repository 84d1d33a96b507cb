# SPDX-License-Identifier: Apache-2.0
"""Every governed answer says that it is private, once, whatever became of the request."""

import re

import pytest

from harness.verdict import A, CGI, CGI_LINES, FOREIGN, OWN, fill, governed

# Without mod_headers and mod_cache, httpd's own file handler sends the field by another way.
MODULES = {"nobody writes headers": (), "mod_headers": ("headers",), "mod_cache": ("cache", "cache_disk")}
NOTHING = f"/{A}-nothing.cfg"


@pytest.fixture(scope="module", params=MODULES.values(), ids=list(MODULES))
def server(request, make_shared_server):
    made = make_shared_server(modules=["cgi", "rewrite", "include", "expires", *request.param])
    fill(made, OWN[1:], FOREIGN[1:], "sip.ld", f"told/{A}.cfg", "errors/missing.html", f"{A}/index.html",
         f"kept/{A}.cfg", f"fallback/{A}.cfg", "fallback/free/page.html")
    made.write(f"{A}.cgi", CGI, mode=0o755)
    made.write("free/page.shtml", f'<!--#include virtual="{OWN}" -->')
    made.write("free/x.cfg", "free\n")
    made.configure(global_lines="\n".join([
        governed(made.docroot, CGI_LINES, "Options +Includes", "AddOutputFilter INCLUDES .shtml"),
        f'<Directory "{made.docroot}/errors">\nPolyAuth Off\n</Directory>',
        f'<Directory "{made.docroot}/free">\nPolyAuth Off\n</Directory>',
        f'<Directory "{made.docroot}/fallback/free">\nPolyAuth Off\n</Directory>',
        f'<Directory "{made.docroot}/told">\nErrorDocument 404 /errors/missing.html\n'
        'ErrorDocument 403 /errors/nothing.html\n</Directory>',
        f'<Directory "{made.docroot}/fallback">\nFallbackResource /fallback/free/page.html\n</Directory>',
        f'<Directory "{made.docroot}/kept">\nExpiresActive On\nExpiresDefault "access plus 1 day"\n'
        '<IfModule headers_module>\nHeader set Cache-Control "public, max-age=9"\n</IfModule>\n</Directory>']),
        log_level="info polyauth:debug ssl:warn include:crit")
    return made.start()


def controls(answer):
    return [word for field in answer.headers.get_all("Cache-Control", []) for word in re.split(r"[,\s]+", field)]


@pytest.mark.parametrize("target, method, headers, status", [
    (OWN, "GET", {}, 200), (OWN, "HEAD", {}, 200), (OWN, "OPTIONS", {}, 200), ("/sip.ld", "GET", {}, 200),
    (OWN, "GET", {"Range": "bytes=0-1"}, 206), (OWN, "GET", {"Range": "bytes=0-0,2-2"}, 206),
    (OWN, "GET", {"Range": "bytes=9999-"}, 416), (OWN, "GET", {"If-None-Match": "*"}, 304),
    (OWN, "HEAD", {"If-None-Match": "*"}, 304), (OWN, "GET", {"If-Match": '"never"'}, 412),
    (NOTHING, "GET", {}, 404), (FOREIGN, "GET", {}, 403), (f"/{A}-app.log", "PUT", {}, 405),
    (OWN, "DELETE", {}, 403), (f"/{A}", "GET", {}, 301), (f"/{A}/", "GET", {}, 200), (f"/{A}.cgi", "GET", {}, 200),
    (f"/told/{A}-nothing.cfg", "GET", {}, 404), (f"/told{FOREIGN}", "GET", {}, 403),
    (f"/fallback/{A}.cfg", "GET", {}, 200), (f"/fallback/{A}-nothing.cfg", "GET", {}, 200)])
def test_a_governed_answer_is_private_once(server, pki, target, method, headers, status):
    with server.connect(pki.leaf("phone-a")) as connection:
        for _ in range(2):
            answer = connection.request(target, method=method, headers=headers)
            assert answer.status == status
            # httpd adds the fields of the file that it has found by DirectoryIndex to those it had.
            assert controls(answer) == ["private"] * (2 if target.endswith("/") else 1)


def test_whoever_writes_the_field_it_stays_private(server, pki):
    answer = server.get(f"/kept{OWN}", cert=pki.leaf("phone-a"))
    assert "private" in controls(answer) and any(word.startswith("max-age") for word in controls(answer))
    for headers, status in (({"Range": "bytes=9999-"}, 416), ({"If-None-Match": "*"}, 304)):
        answer = server.get(f"/kept{OWN}", cert=pki.leaf("phone-a"), headers=headers)
        assert answer.status == status and "private" in controls(answer)


def test_what_is_not_governed_is_left_alone(server, pki):
    with server.connect(pki.leaf("phone-a")) as connection:
        for target, status in (("/free/x.cfg", 200), ("/free/nothing", 404), ("/errors/missing.html", 200)):
            for before in (OWN, NOTHING):
                connection.request(before)
                answer = connection.request(target)
                assert answer.status == status and controls(answer) == []
