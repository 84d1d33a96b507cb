# SPDX-License-Identifier: Apache-2.0
"""Less common ways to a file: maps, aliases by expression, chains of inner requests, odd methods."""

import base64
import subprocess

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, assert_shut, furnish, ungoverned, written

A, B = OWN_MAC, FOREIGN_MAC
HIDDEN = base64.b64encode(f"{B}.cfg".encode()).decode()
SPLIT = f"{B[:6]}_{B[6:]}"
MODULES = ["include", "rewrite", "negotiation", "actions", "cgi", "asis", "speling", "autoindex"]
LINES = r"""
RewriteEngine On
RewriteMap names "txt:@DOC@/names.txt"
RewriteRule ^/prov/@A@-named/(\w+)$ /prov/${names:$1} [PT]
<Directory "@DOC@/prov">
  PolyAuth On
  PolyAuthUploads any
  Options +Includes +ExecCGI +FollowSymLinks
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  AddHandler cgi-script .cgi
  AddHandler send-as-is .asis
  AddHandler type-map .var
  Script PUT /apps/store.cgi
</Directory>
<Directory "@DOC@/prov/pages">
  ErrorDocument 403 "/prov/%{unbase64:%{QUERY_STRING}}"
  ErrorDocument 404 /prov/@A@-chain.shtml
</Directory>
<Directory "@DOC@/apps">
  Options +ExecCGI
  AddHandler cgi-script .cgi
</Directory>
<Location "/by-expression/">
  PolyAuth On
  Alias "@DOC@/prov/%{unbase64:%{QUERY_STRING}}"
</Location>
AliasMatch "^/prov/@A@-joined/(\w+)/(\w+)$" "@DOC@/prov/$1$2.cfg"
<Location "/located">
  PolyAuth On
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  AddHandler type-map .var
</Location>
<Location "/voted">
  Require polyauth
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
</Location>
<If "%{REQUEST_URI} =~ m#^/conditional/#">
  PolyAuth On
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
</If>
<Directory "@DOC@/pages">
  Options +Includes +Indexes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  <Files "0*.cfg">
    PolyAuth On
  </Files>
</Directory>
<Directory "@DOC@/spelled">
  PolyAuth On
  CheckSpelling On
</Directory>
"""


@pytest.fixture(scope="module")
def stage(make_shared_server):
    server = furnish(make_shared_server(modules=MODULES), "prov", "prov/pages", "pages", "spelled",
                     *(f"{top}{sub}" for top in ("located", "conditional", "voted") for sub in ("", "/sub")))
    write = server.write
    write("names.txt", f"other {B}.cfg\nmine {A}.cfg\n")
    write(f"prov/{A}-go.asis", f"Status: 302 Found\nLocation: /prov/{B}.cfg\n\n")
    script = "#!/bin/sh\n"
    write("apps/store.cgi", f"{script}echo Content-Type: text/plain; echo; "
                            "echo $POLYAUTH_MAC $PATH_INFO; cat\n", 0o755)
    write(f"prov/{A}-chain.shtml", f'[<!--#include virtual="{A}-inner.shtml" -->]')
    write(f"prov/{A}-inner.shtml", f'<!--#include virtual="{A}-go.asis" -->'
                                   f'<!--#include file="{A}.var" -->')
    write(f"prov/{A}.var", f"URI: {B}.cfg\nContent-Type: text/plain\n\n")
    write(f"prov/{A}-set.shtml", f'<!--#set var="POLYAUTH_MAC" value="{B}" -->'
                                 '<!--#include virtual="/apps/store.cgi/set" -->')
    for top in ("located", "conditional", "voted"):
        write(f"{top}/{A}-page.shtml", f'[<!--#include file="sub/{B}.cfg" -->]')
        write(f"{top}/{A}-size.shtml", f'[<!--#fsize file="sub/{B}.cfg" -->]')
        write(f"{top}/{A}-mine.shtml", f'[<!--#include file="sub/{A}.cfg" -->]')
    write(f"located/{A}.var", f"URI: sub/{B}.cfg\nContent-Type: text/plain\n\n")
    write("pages/open.shtml", f'[<!--#include file="{B}.cfg" -->|<!--#include virtual="{A}.cfg" -->]')
    lines = written(LINES, server)
    server.log.declare("PA1011", always=True)
    open_lines = ungoverned(lines).replace("Require polyauth", "Require all granted")
    server.configure(vhost_lines=lines, plain_lines=open_lines,
                     log_level="info polyauth:debug ssl:warn include:crit").start()
    return server


@pytest.fixture
def phone(pki):
    return pki.leaf("phone-a")


@pytest.mark.parametrize("target", [
    f"/prov/{A}-named/other", f"/prov/{A}-go.asis", f"/by-expression/{A}.cfg?{HIDDEN}",
    f"/prov/{A}-joined/{B[:6]}/{B[6:]}", f"/located/{A}.var", f"/prov/{A}.var",
], ids=["rewrite map", "as is", "alias by expression", "alias by pattern", "type map below",
        "type map"])
@pytest.mark.parametrize("method, headers", [
    ("GET", {}), ("GET", {"Range": "bytes=0-5"}), ("GET", {"If-None-Match": "*"}), ("HEAD", {}),
    ("OPTIONS", {})])
def test_no_map_or_alias_leads_to_a_foreign_file(stage, phone, target, method, headers):
    if method == "GET" and not headers:
        assert_shut(stage, phone, target)
        return
    answer = stage.get(target, cert=phone, method=method, headers=headers)
    # OPTIONS looks at no content: where a handler does not know it, no inner request is made.
    assert answer.status == 403 or (method, answer.text) == ("OPTIONS", "")
    assert SECRET[:4] not in answer.text
    assert "ETag" not in answer.headers and "Content-Range" not in answer.headers


def test_maps_and_aliases_to_own_files_are_whole(stage, phone):
    own = base64.b64encode(f"{A}.cfg".encode()).decode()
    for target in (f"/prov/{A}-named/mine", f"/by-expression/{A}.cfg?{own}",
                   f"/prov/{A}-joined/{A[:6]}/{A[6:]}"):
        assert stage.get(target, cert=phone).text == "config of a\n", target


def test_an_error_page_that_includes_a_page_that_redirects_ends_at_the_gate(stage, phone):
    assert_shut(stage, phone, f"/prov/pages/{A}-nothing", status=404)


def test_the_page_of_a_refusal_is_no_way_either(stage, phone):
    answer = stage.get(f"/prov/pages/{B}.cfg?{HIDDEN}", cert=phone)
    assert answer.status == 403 and SECRET not in answer.text
    assert len(stage.log.denials()) >= 1


def test_includes_within_includes_are_judged(stage, phone):
    assert_shut(stage, phone, f"/prov/{A}-chain.shtml", status=200)


@pytest.mark.parametrize("section", ["located", "conditional", "voted"])
@pytest.mark.parametrize("name", ["page", "size"])
def test_a_location_holds_for_files_that_are_included_by_name(stage, phone, section, name):
    """Such a look-up has no URL, so that no Location matches; its page's settings hold it."""
    target = f"/{section}/{A}-{name}.shtml"
    told = SECRET if name == "page" else f"{len(SECRET) + 1}"
    if section == "located":
        assert told in stage.get(target, plain=True).text
    answer = stage.get(target, cert=phone)
    assert answer.status == 200 and told not in answer.text, answer
    mine = stage.get(f"/{section}/{A}-mine.shtml", cert=phone)
    assert "config of a" in mine.text


def test_an_open_page_brings_no_governed_file_to_others(stage, phone):
    page = stage.get("/pages/open.shtml", cert=phone)
    assert page.status == 200 and SECRET not in page.text and "config of a" in page.text
    listing = stage.get("/pages/", cert=phone)
    assert f"{A}.cfg" in listing.text and B not in listing.text


def test_a_script_for_uploads_gets_own_ones_only(stage, phone):
    assert stage.put(f"/prov/{A}-app.log", "log", cert=phone).text == (
        f"{A} /prov/{A}-app.log\nlog")
    for name in (f"{B}-app.log", "app.log", f"{A}/../{B}-app.log"):
        assert stage.put(f"/prov/{name}", "log", cert=phone).status in (403, 404)


def test_a_page_cannot_name_another_device_to_a_script(stage, phone):
    assert stage.get(f"/prov/{A}-set.shtml", cert=phone).text == f"{A} /set\n"


def test_spelling_corrections_are_judged(stage, phone):
    answer = stage.get(f"/spelled/{B}.cgf", cert=phone)
    assert answer.status == 403
    moved = stage.get(f"/spelled/{A}.cgf", cert=phone)
    assert moved.status == 301 and B not in moved.text + moved.headers["Location"]


@pytest.mark.parametrize("request_line", [
    b"OPTIONS * HTTP/1.1", b"TRACE /prov/0004f2bbbbbb.cfg HTTP/1.1",
    b"CONNECT localhost:443 HTTP/1.1", b"GET http://localhost/prov/0004f2bbbbbb.cfg HTTP/1.1",
    b"GET http://0004f2aaaaaa@localhost/prov/0004f2bbbbbb.cfg HTTP/1.1",
    b"GET http://0004f2aaaaaa.example/prov/0004f2bbbbbb.cfg HTTP/1.1",
    b"GET /prov/0004f2bbbbbb.cfg HTTP/1.0", b"GET  /prov/0004f2bbbbbb.cfg  HTTP/1.1",
    b"get /prov/0004f2bbbbbb.cfg HTTP/1.1", b"GETX /prov/0004f2bbbbbb.cfg HTTP/1.1",
    b"GET /prov/0004f2bbbbbb.cfg#0004f2aaaaaa.cfg HTTP/1.1",
    b"GET ///prov/./0004f2bbbbbb.cfg HTTP/1.1"])
def test_odd_request_lines_do_not_bring_the_file(stage, phone, request_line):
    stage.log.declare("AH10244", "AH00026", "AH00566", "AH00567", "AH00568", "AH00569")
    with stage.connect(phone) as connection:
        connection.send(request_line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = connection.read()
    assert SECRET not in answer.text
    assert answer.status in (400, 403, 405, 501) or b"OPTIONS *" in request_line


def test_a_handler_that_maps_a_request_anew_and_declines_leads_to_no_foreign_file(make_server, phone):
    server = furnish(make_server(modules=["lua"]), "prov")
    server.write(server.root / "map.lua", f"""function handle(r)
  r.filename = "{server.docroot}/prov/" .. r:base64_decode(r.args)
  return apache2.DECLINED
end
""")
    lines = written(f'LuaMapHandler ^/prov/ "{server.root}/map.lua" handle\n'
                    '<Directory "@DOC@/prov">\nPolyAuth On\n</Directory>', server)
    server.configure(vhost_lines=lines, plain_lines=ungoverned(lines)).start()
    assert_shut(server, phone, f"/prov/{A}.cfg?{HIDDEN}")
    own = base64.b64encode(f"{A}.cfg".encode()).decode()
    assert server.get(f"/prov/{A}.cfg?{own}", cert=phone).text == "config of a\n"


def test_scripts_that_the_host_header_chooses_hide_no_address(make_server, phone):
    server = make_server(modules=["vhost_alias", "cgi"])
    hosts = server.root / "hosts"
    for mac in (A, B):
        server.write(hosts / mac / "door.jpg",
                     f"#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nof {mac}'\n", 0o755)
    subprocess.run(["chmod", "-R", "a+rX", str(hosts)], check=True)
    server.configure(vhost_lines=f'UseCanonicalName Off\nVirtualScriptAlias "{hosts}/%1"\n'
                                 f'<Directory "{hosts}">\nRequire all granted\nPolyAuth On\n</Directory>').start()
    refused = server.get("/cgi-bin/door.jpg", cert=phone, host=f"{B}.example")
    assert refused.status == 403 and server.log.denials()[-1]["reason"] == "mac-foreign"
    assert server.get("/cgi-bin/door.jpg", cert=phone, host=f"{A}.example").text == f"of {A}"
