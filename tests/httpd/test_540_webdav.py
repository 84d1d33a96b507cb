# SPDX-License-Identifier: Apache-2.0
"""WebDAV: a phone stores its own uploads, and nothing else is written, moved, listed or locked."""

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish, ungoverned, written

A, B = OWN_MAC, FOREIGN_MAC
LINES = """
<Directory "@DOC@/prov">
  PolyAuth On
  PolyAuthUploads poly upload.txt {mac}-any-*
  Dav On
  Options +Indexes
</Directory>
<Directory "@DOC@/open">
  Dav On
</Directory>
"""
# Below the document root, all the server's user's own.
FOLDERS = ["prov", f"prov/{A}", f"prov/{A}/sub", "open"]
LOG = f"/prov/{A}-app.log"
LOCK = ('<?xml version="1.0"?><lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
        '<locktype><write/></locktype></lockinfo>')
PATCH = ('<?xml version="1.0"?><propertyupdate xmlns="DAV:"><set><prop><x xmlns="urn:x">1</x>'
         '</prop></set></propertyupdate>')


@pytest.fixture
def stage(make_server):
    server = furnish(make_server(modules=["dav", "dav_fs", "dav_lock", "autoindex"]), *FOLDERS)
    server.own(server.root / "dav")
    for folder in FOLDERS:
        server.own(folder)
        for name in (f"{A}.cfg", f"{B}.cfg", "common.txt"):
            server.own(f"{folder}/{name}")
    lines = written(LINES, server)
    server.configure(global_lines=f'DavLockDB "{server.root}/dav/locks"', vhost_lines=lines,
                     plain_lines=ungoverned(lines))
    server.log.declare("PA1025")  # of the host without the gate
    return server.start()


@pytest.fixture
def phone(pki):
    return pki.leaf("phone-a")


def content(server, name):
    path = server.docroot / name
    return path.read_text() if path.exists() else None


def test_own_uploads_are_stored_and_replaced(stage, phone):
    assert stage.put(LOG, "first", cert=phone).status == 201
    assert stage.put(LOG, "second", cert=phone).status == 204
    assert content(stage, f"prov/{A}-app.log") == "second"
    assert stage.get(LOG, cert=phone).text == "second"


@pytest.mark.parametrize("name, reason", [
    (f"{B}.cfg", "mac-foreign"), (f"{B}-app.log", "mac-foreign"), (f"{A}/{B}.cfg", "mac-foreign"),
    (f"{A}.cfg", "upload-refused"), ("000000000000.cfg", "shared-read-only"),
    ("upload.txt", "mac-missing"), ("new.log", "mac-missing"), (f"{A}/sub/x.log", "upload-refused"),
    (f"{A}/.htaccess", "upload-refused"), (f"{A}-app.log/../{B}.cfg", "mac-foreign"),
    (f"{A}-app.log%2f..%2f{B}.cfg", None),
    (f"{A}-any-%2562.cfg", "path-unsafe"), (f"{B}.cfg?{A}", "mac-foreign"),
    (f"{A}-any-{B}", "mac-foreign"),
])
def test_other_uploads_are_refused(stage, phone, name, reason):
    before = {path: path.read_bytes() for path in stage.docroot.rglob("*") if path.is_file()}
    assert stage.put(f"/prov/{name}", "hostile", cert=phone).status == (403 if reason else 404)
    after = {path: path.read_bytes() for path in stage.docroot.rglob("*") if path.is_file()}
    assert after == before
    assert [each["reason"] for each in stage.log.denials()] == ([reason] if reason else [])


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("source", ["/prov/0004f2aaaaaa.cfg", "/open/common.txt"])
def test_nothing_is_copied_or_moved_over_a_foreign_file(stage, phone, method, source):
    for scheme, port, options in [("https", stage.tls_port, {"cert": phone}),
                                  ("http", stage.plain_port, {"plain": True})]:
        answer = stage.get(source, method=method, **options, headers={
            "Destination": f"{scheme}://localhost:{port}/prov/{B}.cfg", "Overwrite": "T"})
        if scheme == "https":
            assert answer.status == 403, answer
            assert content(stage, f"prov/{B}.cfg") == SECRET + "\n"
    # The control, without the gate.
    assert SECRET not in content(stage, f"prov/{B}.cfg")


def test_a_destination_is_judged_as_a_request_of_its_own(stage, phone):
    """Its source is free; only the look-up for the destination meets the gate."""
    stage.get("/open/common.txt", method="COPY", cert=phone, headers={
        "Destination": f"https://localhost:{stage.tls_port}/prov/{B}.cfg"})
    line = stage.log.wait_for("PA5002: denied reason=method-refused")
    assert "polyauth:debug" in line and f'path="/prov/{B}.cfg"' in line


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("source, target", [
    (f"/prov/{B}.cfg", "/open/stolen.txt"), (f"/prov/{B}.cfg", f"/prov/{A}-app.log"),
    (f"/prov/{A}/", "/open/stolen/"), ("/prov/", "/open/stolen/")])
def test_nothing_is_copied_or_moved_out(stage, phone, method, source, target):
    answer = stage.get(source, method=method, cert=phone, headers={
        "Destination": f"https://localhost:{stage.tls_port}{target}", "Depth": "infinity"})
    assert answer.status == 403
    assert content(stage, target[1:]) is None and not (stage.docroot / "open/stolen").exists()
    assert content(stage, f"prov/{B}.cfg") == content(stage, f"prov/{A}/{B}.cfg") == SECRET + "\n"


def test_without_the_gate_a_folder_takes_foreign_files_along(stage):
    assert stage.get(f"/prov/{A}/", method="COPY", plain=True, headers={
        "Destination": f"http://localhost:{stage.plain_port}/open/stolen/"}).status == 201
    assert SECRET in content(stage, f"open/stolen/{B}.cfg")
    assert stage.get(f"/prov/{A}/", method="DELETE", plain=True).status == 204
    assert content(stage, f"prov/{A}/{B}.cfg") is None


@pytest.mark.parametrize("method, body", [
    ("DELETE", None), ("MKCOL", None), ("PROPFIND", None), ("PROPPATCH", PATCH), ("LOCK", LOCK),
    ("UNLOCK", None), ("REPORT", None), ("VERSION-CONTROL", None), ("SEARCH", None), ("ACL", None),
    ("PATCH", "x"), ("put", "x"), ("BREW", None)])
def test_no_other_method_is_for_phones(stage, phone, method, body):
    targets = [f"/prov/{A}/", f"/prov/{A}.cfg", LOG, f"/prov/{B}.cfg", f"/prov/{A}-new/", "/prov/"]
    for target in targets:
        answer = stage.get(target, method=method, body=body, cert=phone,
                           headers={"Depth": "1", "Lock-Token": "<urn:x>"})
        assert answer.status == 403 and B not in answer.text, (target, answer)
    assert {each["reason"] for each in stage.log.denials()} == {"method-refused"}
    assert content(stage, f"prov/{A}/{B}.cfg") == SECRET + "\n"
    assert not (stage.docroot / f"prov/{A}-new").exists()


def test_without_the_gate_a_folder_lists_foreign_files(stage):
    answer = stage.get(f"/prov/{A}/", method="PROPFIND", plain=True, headers={"Depth": "1"})
    assert answer.status == 207 and B in answer.text


@pytest.mark.parametrize("headers", [
    {"If": "(<urn:x>)"}, {"Content-Range": "bytes 0-2/3"}, {"X-HTTP-Method-Override": "DELETE"},
    {"Expect": "100-continue"}])
def test_odd_headers_do_not_change_who_may_store(stage, phone, headers):
    assert stage.put(f"/prov/{B}-app.log", "new", cert=phone, headers=headers).status == 403
    assert content(stage, f"prov/{B}-app.log") is None


def test_as_the_manual_says_nothing_that_a_phone_stores_runs(make_server, phone):
    server = furnish(make_server(modules=["dav", "dav_fs", "include", "lua"]), "prov")
    server.own("prov")
    server.own(server.root / "dav")
    lines = written("""Options +Includes
AddOutputFilter INCLUDES .shtml
AddHandler lua-script .lua
<Directory "@DOC@/prov">
  PolyAuth On
  Dav On
  SetHandler default-handler
  Options None
</Directory>
""", server)
    server.configure(global_lines=f'DavLockDB "{server.root}/dav/locks"', vhost_lines=lines).start()
    server.log.declare("AH01374")
    for name, script in ((f"{A}-x.shtml.log", f'<!--#exec cmd="cat {B}.cfg" -->'),
                         (f"{A}-x.lua.log", f'io.open("{server.docroot}/prov/{B}.cfg")')):
        assert server.put(f"/prov/{name}", script, cert=phone).status == 201
        assert server.get(f"/prov/{name}", cert=phone).text == script
