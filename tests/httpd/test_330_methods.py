# SPDX-License-Identifier: Apache-2.0
"""What a phone may do to a file: read its own and what is shared, store what phones store."""

import pytest

from harness.verdict import A, B, FOREIGN, OWN, SECRET, expect, fill, governed

DASHES, COLONS, DOTS = "00-04-f2-aa-aa-aa", "00:04:f2:aa:aa:aa", "0004.f2aa.aaaa"
FOREIGN_FILE, MISSING = (403, "mac-foreign"), (403, "mac-missing")
REFUSED, READ_ONLY = (403, "upload-refused"), (403, "shared-read-only")
STORED = (201, "own-file")
WEBDAV = "PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK DELETE REPORT SEARCH ACL VERSION-CONTROL".split()
OTHERS = "POST PATCH CONNECT2 FOO get Get get-own PUTS".split()

# What the default list stores, in every spelling of the address.
STORED_NAMES = [
    *[f"{A}-{rest}" for rest in (
        "boot.log", "app.log", "app-flash.log", "now-0001.log", "phone.cfg", "web.cfg", "Web.cfg",
        "PHONE.CFG", "directory.xml", "calls.xml", "core.tar.gz", "x-core-1.tar.gz")],
    f"{A.upper()}-phone.cfg", f"{A.upper()}-APP.LOG", f"{DASHES}-web.cfg", f"{COLONS}-boot.log",
    f"{DOTS}-calls.xml", f"{DASHES.upper()}-directory.xml", f"{A}/{A}-app.log", f"logs/{A}-boot.log",
]
# folder: (PolyAuthUploads, PolyAuthMatch, {name: verdict of a PUT})
UPLOADS = {
    "poly": ("poly", "path", {
        **dict.fromkeys(STORED_NAMES, STORED),
        **dict.fromkeys((
            f"{A}.cfg", f"{A.upper()}.CFG", f"{DASHES}.cfg", f"{A}.xml", f"{A}-license.cfg", f"{A}-user.cfg",
            f"{A}-phone.cfg.php", f"{A}-phone.cfg~", f"{A}-app.log.gz", f"phone{A}-phone.cfg", f"{A}-.htaccess",
            f"{A}/.htaccess", f"{A}/x.log", f"{A}/app.log", f".{A}-phone.cfg", f".{A}-app.log",
            f"{A}_phone.cfg", f"{A}-tar.gz", f"{A}/phone.cfg"), REFUSED),
        **dict.fromkeys((
            f"{B}-app.log", f"{B}.cfg", f"{B.upper()}-phone.cfg", f"{B}/{A}-app.log", f"{A}/{B}-app.log",
            f"{A}-{B}-app.log", "000000000000-app.log", "000000000000.log",
            "00-04-f2-bb-bb-bb-app.log"), FOREIGN_FILE),
        **dict.fromkeys((
            "000000000000.cfg", "000000000000-directory.xml", "sip.ld", "sip.ver", "Leaf.jpg",
            "new-dictionary.xml"), READ_ONLY),
        **dict.fromkeys(("x.log", ".htaccess", "app.log", f"{A}0-app.log", "-app.log", "index.html"), MISSING),
    }),
    "nothing": ("none", "path", {
        f"{A}-phone.cfg": REFUSED, f"{A}-app.log": REFUSED, f"{A}.cfg": REFUSED, f"{B}-app.log": FOREIGN_FILE,
        "sip.ld": READ_ONLY, "x.log": MISSING}),
    "any": ("any", "path", {
        f"{A}.cfg": STORED, f"{A}-anything.bin": STORED, f"{A}/notes.txt": STORED, f"phone{A}.cfg": STORED,
        f"{A}/.htaccess": REFUSED, f".{A}.cfg": REFUSED, f"{B}.cfg": FOREIGN_FILE, f"{A}/{B}.cfg": FOREIGN_FILE,
        "sip.ld": READ_ONLY, "000000000000.cfg": READ_ONLY, "notes.txt": MISSING, ".htaccess": MISSING}),
    "custom": ('"{mac}.cfg" "{mac}_*.txt"', "path", {
        f"{A}.cfg": STORED, f"{A.upper()}.cfg": STORED, f"{DASHES}.cfg": STORED, f"{A}_x.txt": STORED,
        f"{A}.CFG": REFUSED, f"{A}-phone.cfg": REFUSED, f"x{A}.cfg": REFUSED, f"{B}.cfg": FOREIGN_FILE,
        f"{B}_x.txt": FOREIGN_FILE}),
    "more": ('poly "{mac}.cfg"', "path", {
        f"{A}.cfg": STORED, f"{A}-phone.cfg": STORED, f"{A}.xml": REFUSED}),
    # Where ownership is not asked for reading, it is for storing.
    "open": ("any", "none", {
        f"{A}-x.cfg": (201, "device"), f"{B}-x.cfg": REFUSED, "x.cfg": REFUSED, f"{A}-{B}.cfg": REFUSED,
        f"{B}/{A}.cfg": REFUSED, "sip.ld": READ_ONLY, ".htaccess": REFUSED}),
    "queried": ("any", "query mac", {
        f"{A}-x.cfg?mac={A}": STORED, f"{A}-y.cfg": MISSING, f"x.cfg?mac={A}": REFUSED,
        f"{B}.cfg?mac={A}": FOREIGN_FILE, f"{A}/.x?mac={A}": REFUSED}),
}


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=["dav", "dav_fs"])
    fill(made, OWN[1:], FOREIGN[1:], "sip.ld", "basic.cfg")
    sections = [governed(made.docroot)]
    for folder, (uploads, match, _) in UPLOADS.items():
        for name in ("", A, B, "logs"):
            made.own(f"{folder}/{name}")
        fill(made, *(f"{folder}/{name}" for name in (OWN[1:], FOREIGN[1:], "sip.ld", "basic.cfg")))
        for name in (OWN, FOREIGN, "/sip.ld", "/basic.cfg"):
            made.own(folder + name)
        sections.append(f'<Directory "{made.docroot / folder}">\nDav On\nPolyAuthMatch {match}\n'
                        f"PolyAuthUploads {uploads}\n</Directory>\n")
    made.own(made.root / "run/dav")
    made.configure(global_lines=f'DavLockDB "{made.root}/run/dav/lock"\n' + "".join(sections))
    return made.start()


@pytest.fixture(scope="module")
def phone_a(pki):
    return pki.leaf("phone-a")


def read_head(connection):
    """The next lines up to an empty one, where read() would pass over a 100."""
    lines = iter(connection._reader.readline, b"\r\n")
    return b"".join(lines).decode()


def contents(server):
    return {path: path.read_bytes() for path in server.docroot.rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder, name, verdict", [
    (folder, name, verdict) for folder, (_, _, names) in UPLOADS.items() for name, verdict in names.items()])
def test_a_phone_stores_its_own_listed_files_only(server, phone_a, folder, name, verdict):
    path = server.docroot / folder / name.split("?")[0]
    path.unlink(missing_ok=True) if verdict[0] == 201 else None
    before = contents(server)
    expect(server, *verdict, f"/{folder}/{name}", cert=phone_a, method="PUT", body="what a stores\n")
    if verdict[0] == 403:
        assert contents(server) == before
        return
    assert path.read_text() == "what a stores\n"
    expect(server, 204, verdict[1], f"/{folder}/{name}", cert=phone_a, method="PUT", body="again\n")
    assert path.read_text() == "again\n"


@pytest.mark.parametrize("folder", ["", "/any", "/open"])
@pytest.mark.parametrize("method", WEBDAV + OTHERS)
def test_methods_that_phones_do_not_use_are_refused(server, phone_a, method, folder):
    before = contents(server)
    for target in (OWN, FOREIGN, "/sip.ld", "/basic.cfg"):
        headers = {"Destination": f"https://localhost{folder}/{A}-copy.cfg", "Depth": "0", "Overwrite": "T"}
        answer = expect(server, 403, "method-refused", folder + target, cert=phone_a, method=method,
                        headers=headers)
        assert answer.line["method"] == method
    assert contents(server) == before


def test_trace_is_refused_by_httpd_itself(server, phone_a):
    for target in (OWN, FOREIGN, "/sip.ld"):
        expect(server, 405, None, target, cert=phone_a, method="TRACE")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("folder", ["", "/poly"])
def test_reading_asks_the_same_questions_by_every_method(server, phone_a, folder, method):
    fill(server, f"{folder}{OWN}"[1:])
    for target, status, reason in [(OWN, 200, "own-file"), ("/sip.ld", 200, "shared-file"),
                                   (FOREIGN, *FOREIGN_FILE), ("/basic.cfg", *MISSING)]:
        answer = expect(server, status, reason, folder + target, cert=phone_a, method=method)
        assert (SECRET in answer.text) == (method == "GET" and status == 200)
        if method == "HEAD" and status == 200:
            assert int(answer.headers["Content-Length"]) == (server.docroot / (folder + target)[1:]).stat().st_size
        assert ("Allow" in answer.headers) == (method == "OPTIONS" and status == 200)


def test_without_webdav_an_own_upload_is_httpds_to_refuse(server, phone_a):
    expect(server, 405, "own-file", f"/{A}-app.log", cert=phone_a, method="PUT", body="x")
    expect(server, *FOREIGN_FILE, f"/{B}-app.log", cert=phone_a, method="PUT", body="x")
    expect(server, *REFUSED, OWN, cert=phone_a, method="PUT", body="x")


@pytest.mark.parametrize("field, status, text", [
    ("bytes=0-3", 206, "the "), ("bytes=4-", 206, "secret of"), ("bytes=-4", 206, "cfg\n"),
    ("bytes=0-0,2-2", 206, "Content-range"), ("bytes=9999-", 416, ""), ("lines=1", 200, SECRET)])
def test_a_part_of_a_file_is_as_private_as_the_whole(server, phone_a, field, status, text):
    answer = expect(server, status, "own-file", OWN, cert=phone_a, headers={"Range": field})
    assert text in answer.text
    for target, reason in ((FOREIGN, "mac-foreign"), ("/basic.cfg", "mac-missing")):
        expect(server, 403, reason, target, cert=phone_a, headers={"Range": field})


def test_not_modified_is_told_to_the_owner_only(server, pki, phone_a):
    for target, owner, reason in ((OWN, "phone-a", "own-file"), ("/sip.ld", "phone-a", "shared-file"),
                                  (FOREIGN, "phone-b", "own-file")):
        full = expect(server, 200, reason, target, cert=pki.leaf(owner))
        for headers in ({"If-None-Match": full.headers["ETag"]}, {"If-None-Match": "*"},
                        {"If-Modified-Since": full.headers["Last-Modified"]}):
            assert expect(server, 304, reason, target, cert=pki.leaf(owner), headers=headers).body == b""
            if target == FOREIGN:
                expect(server, *FOREIGN_FILE, target, cert=phone_a, headers=headers)
        wrong = {"If-Match": '"never"'}
        expect(server, 412, reason, target, cert=pki.leaf(owner), headers=wrong)
        expect(server, *FOREIGN_FILE, FOREIGN, cert=phone_a, headers=wrong)


@pytest.mark.parametrize("name, status, reason", [
    (f"{B}-app.log", *FOREIGN_FILE), (f"{A}.cfg", *REFUSED), ("sip.ld", *READ_ONLY)])
def test_a_refused_upload_is_told_before_its_body_is_sent(server, phone_a, name, status, reason):
    expect(server, status, reason, f"/poly/{name}", cert=phone_a, method="PUT",
           headers={"Expect": "100-continue", "Content-Length": "9"})


def test_an_own_upload_is_asked_for_its_body(server, phone_a):
    (server.docroot / f"poly/{A}-app.log").unlink(missing_ok=True)
    with server.connect(phone_a) as connection:
        connection.send(f"PUT /poly/{A}-app.log HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                        "Content-Length: 5\r\n\r\n".encode())
        assert read_head(connection).startswith("HTTP/1.1 100 Continue\r\n")
        connection.send(b"hello")
        assert connection.read("PUT").status == 201
    assert (server.docroot / f"poly/{A}-app.log").read_text() == "hello"
    server.log.wait_for("PA5001: granted reason=own-file")


@pytest.mark.parametrize("name, verdict, stored", [
    (f"{A}-calls.xml", STORED, True), (f"{B}-calls.xml", FOREIGN_FILE, False), (OWN[1:], REFUSED, False)])
def test_an_upload_in_chunks_is_an_upload(server, phone_a, name, verdict, stored):
    path = server.docroot / "poly" / name
    if stored:
        path.unlink(missing_ok=True)
    with server.connect(phone_a) as connection:
        expect(server, *verdict, f"/poly/{name}", connection, method="PUT", body=b"5\r\nhello\r\n0\r\n\r\n",
               headers={"Transfer-Encoding": "chunked", "Content-Length": None})
    assert (path.exists() and path.read_text() == "hello") == stored
